//! The token endpoint: RFC 6749 §3.2.

use std::{fmt, time::Duration};

use auth_core::{
    client_authentication::PresentedClient,
    error::OAuthError,
    params::Params,
    scope::Scopes,
    secret::{BearerToken, RefreshToken},
};
use serde::Serialize;

use super::{
    client::{EndpointError, authenticate},
    grants::{self, GrantType},
};
use crate::{
    context::Context,
    db::{Refused, Tx},
};

/// A successful answer, RFC 6749 §5.1. It holds secrets: it goes out with `no-store`, and its Debug says
/// nothing of them.
#[derive(Serialize)]
pub(crate) struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    /// Always: the user may have allowed less than was asked for (RFC 6749 §3.3).
    scope: Scopes,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

impl TokenResponse {
    pub(super) fn new(access_token: BearerToken, lifetime: Duration, scope: Scopes) -> Self {
        Self {
            access_token: access_token.secret().to_owned(),
            token_type: "Bearer",
            expires_in: lifetime.as_secs(),
            scope,
            refresh_token: None,
            id_token: None,
        }
    }

    pub(super) fn with_refresh_token(self, refresh_token: Option<RefreshToken>) -> Self {
        Self { refresh_token: refresh_token.map(|token| token.secret().to_owned()), ..self }
    }

    pub(super) fn with_id_token(self, id_token: Option<String>) -> Self {
        Self { id_token, ..self }
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// Exchanges a grant for tokens.
///
/// Run it in a transaction that is committed when it refuses, too: a replayed code or refresh token is refused
/// and ends the authorization.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) fn exchange(
    tx: &mut Tx,
    ctx: &Context,
    presented: &PresentedClient,
    form: &Params,
) -> Result<TokenResponse, Refused<EndpointError>> {
    // ANCHOR: grant_type
    let application = authenticate(tx, presented)?;
    let grant_type = form.get("grant_type").and_then(GrantType::parse).ok_or_else(|| {
        OAuthError::unsupported_grant_type(
            "grant_type must be authorization_code, refresh_token or client_credentials",
        )
    })?;
    // RFC 6749 §5.2, unauthorized_client.
    if !application.allows(grant_type) {
        return Err(
            OAuthError::unauthorized_client("this client is not registered for this grant_type").into()
        );
    }
    match grant_type {
        GrantType::AuthorizationCode => grants::authorization_code::exchange(tx, ctx, &application, form),
        GrantType::RefreshToken => grants::refresh_token::exchange(tx, ctx, &application, form),
        GrantType::ClientCredentials => grants::client_credentials::exchange(tx, ctx, &application, form),
    }
    // ANCHOR_END: grant_type
}
