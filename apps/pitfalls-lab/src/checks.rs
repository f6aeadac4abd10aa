//! Every check that the lab's parties make, as one struct.
//!
//! [`Checks::default`] calls the real functions of `auth-core`. A lesson's vulnerable twin replaces
//! exactly one field, so one lesson is one missing check by construction:
//!
//! ```
//! use pitfalls_lab::checks::Checks;
//!
//! // LAB-VULNERABLE: what a lesson does
//! let checks = Checks { redirect_uri: |_, presented| Ok(presented.unwrap_or_default().to_owned()), ..Checks::default() };
//! # let _ = checks;
//! ```

mod api;
mod authorization_server;
mod client;
mod single_use;

use std::net::IpAddr;
use std::time::Duration;

use auth_core::clock::Timestamp;
use auth_core::error::OAuthError;
use auth_core::http_client::{HttpClient, HttpError};
use auth_core::jwt::{AccessTokenClaims, IdTokenClaims, JwtError};
use auth_core::redirect_uri::{self, ClientType, InvalidRedirectUri, RedirectUri, RedirectUriError};
use auth_core::secret::{Digest, SigningSecret};
use auth_core::settings::SettingsError;
use futures::future::BoxFuture;
use http::StatusCode;

pub use api::{AccessTokenCheck, PeerCheck, SessionState};
pub(crate) use authorization_server::passwords;
pub use authorization_server::{
    ConsentForm, PasswordCheck, Pkce, RedeemedBy, ResponseType, S256Only, ServerTime,
};
pub use client::{
    AuthorizationRequest, BrowserState, IdTokenCheck, PendingLogin, PendingLogins, Registration,
    ResponseIssuer, SignedInTokens,
};
pub use single_use::{SingleUse, Used};

/// What a code stands for until it is redeemed.
pub use crate::parties::authorization_server::Code;
/// What a refresh token stands for until it is used.
pub use crate::parties::authorization_server::Refresh;

/// Looks up a secret that may be used once, and marks it used.
pub type TakeOnce<T> = for<'a> fn(&'a SingleUse<T>, Digest) -> BoxFuture<'a, Option<Used<T>>>;

/// The checks. Every field is a function (or, for PKCE, a rule of two functions).
#[derive(Clone, Copy)]
pub struct Checks {
    // Authorization server
    /// Whether this is the user's password. (Also asked by the API's own `/token`.)
    pub password: fn(PasswordCheck) -> BoxFuture<'static, bool>,
    /// The redirect URI of an authorization request, out of the registered ones.
    pub redirect_uri: fn(&[RedirectUri], Option<&str>) -> Result<String, RedirectUriError>,
    /// Whether a redirect URI may be registered.
    pub registration: fn(&str, ClientType) -> Result<(), InvalidRedirectUri>,
    /// What an authorization request may ask for.
    pub response_type: fn(&str) -> Result<ResponseType, OAuthError>,
    /// Proof Key for Code Exchange, at both endpoints.
    pub pkce: &'static dyn Pkce,
    /// Whether a consent form comes from the page that this browser was shown.
    pub consent_form: fn(&ConsentForm<'_>) -> bool,
    /// The status of the redirect that answers a login form.
    pub login_redirect: fn() -> StatusCode,
    /// Looks up a code and marks it used.
    pub code_use: TakeOnce<Code>,
    /// Whether this client may redeem a code of that client.
    pub code_client: fn(&RedeemedBy<'_>) -> bool,
    /// Looks up a refresh token and marks it used.
    pub refresh_use: TakeOnce<Refresh>,
    /// When an access token issued now expires.
    pub token_expiry: fn(&ServerTime, Duration) -> Timestamp,

    // Client
    /// Builds the address that the browser is sent to.
    pub authorize_url: fn(&AuthorizationRequest<'_>) -> String,
    /// Finds the login that a callback belongs to.
    pub pending_login: fn(&PendingLogins, session: &str, state: Option<&str>) -> Option<PendingLogin>,
    /// Whether the response comes from the server that the login began at.
    pub response_issuer: fn(&ResponseIssuer<'_>) -> bool,
    /// Who signed in, according to the token response.
    pub id_token: fn(&IdTokenCheck<'_>) -> Result<IdTokenClaims, JwtError>,
    /// Where a visitor goes after signing in.
    pub next: fn(Option<&str>) -> String,
    /// What the browser gets of the tokens.
    pub browser_state: fn(&SignedInTokens<'_>) -> BrowserState,
    /// What the public JavaScript file says about the client.
    pub frontend_config: fn(&Registration<'_>) -> serde_json::Value,
    /// The client for calls to an authorization server.
    pub http_client: fn() -> Result<HttpClient, HttpError>,

    // API
    /// Who is calling, according to the access token.
    pub access_token: fn(&AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError>,
    /// The secret for the API's own session tokens, from its settings.
    pub signing_secret: fn(&str) -> Result<SigningSecret, SettingsError>,
    /// Whether a session that a valid token names is still to be honoured.
    pub session: fn(&SessionState) -> bool,
    /// Whom a request counts against when logins are throttled.
    pub peer: fn(&PeerCheck<'_>) -> IpAddr,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            // ANCHOR: defaults
            password: authorization_server::password,
            redirect_uri: redirect_uri::select,
            registration: |uri, client_type| RedirectUri::parse(uri, client_type).map(|_| ()),
            response_type: authorization_server::response_type,
            pkce: &S256Only,
            consent_form: authorization_server::consent_form,
            login_redirect: || StatusCode::SEE_OTHER,
            code_use: single_use::take_once,
            code_client: |by| by.issued_to == by.presented_by,
            refresh_use: single_use::take_once,
            token_expiry: authorization_server::token_expiry,
            authorize_url: client::authorize_url,
            pending_login: client::pending_login,
            response_issuer: client::response_issuer,
            id_token: client::id_token,
            next: client::next,
            browser_state: client::browser_state,
            frontend_config: client::frontend_config,
            http_client: client::http_client,
            access_token: api::access_token,
            signing_secret: api::signing_secret,
            session: api::session,
            peer: api::peer,
            // ANCHOR_END: defaults
        }
    }
}

impl std::fmt::Debug for Checks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Checks")
    }
}
