//! What the routes share, and how a request's caller is found.

use std::{convert::Infallible, net::IpAddr, sync::Arc, time::Duration};

use auth_core::{
    clock::Clock,
    password::Passwords,
    peer::{TrustedProxies, axum::peer_address},
    throttle::{LoginThrottle, Throttle},
};
use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{access_token::AccessTokens, db::Database};

/// What the routes share; cheap to clone.
pub(crate) type AppState = Arc<Shared>;

pub(crate) struct Shared {
    pub(crate) database: Database,
    pub(crate) access_tokens: AccessTokens,
    pub(crate) passwords: Passwords,
    pub(crate) logins: LoginThrottle,
    pub(crate) registrations: Throttle,
    pub(crate) open_registration: bool,
    pub(crate) session_lifetime: Duration,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) public_url: String,
    pub(crate) clock: Clock,
}

/// Extractor: the address that a request comes from, for throttles.
pub(crate) struct Peer(pub(crate) IpAddr);

impl FromRequestParts<AppState> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self(peer_address(&state.trusted_proxies, &parts.headers, &parts.extensions)))
    }
}
