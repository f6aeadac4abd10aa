//! What the client checks.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use auth_core::clock::Timestamp;
use auth_core::http_client::{HttpClient, HttpError};
use auth_core::jwt::{self, Expected, IdTokenClaims, JwtError, VerificationKeys};
use auth_core::pkce::CodeVerifier;
use auth_core::secret::{Nonce, State};
use serde_json::json;
use url::Url;

use crate::lock;

/// What goes into an authorization request.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizationRequest<'a> {
    /// The authorization endpoint.
    pub endpoint: &'a str,
    /// The parameters, in order. `login_hint` comes from whoever made the link to `/login`.
    pub parameters: &'a [(&'a str, &'a str)],
}

pub(super) fn authorize_url(request: &AuthorizationRequest<'_>) -> String {
    // RFC 6749 §4.1.1 and appendix B: every value is form-encoded, so none can end itself.
    Url::parse_with_params(request.endpoint, request.parameters)
        .map_or_else(|_| request.endpoint.to_owned(), String::from)
}

/// A login that has begun: what only the browser that began it may finish.
#[derive(Clone, Debug)]
pub struct PendingLogin {
    /// The value that the callback must bring back.
    pub state: String,
    /// The value that the ID token must repeat.
    pub nonce: String,
    /// The proof that this client began the login (RFC 7636).
    pub verifier: String,
    /// The provider that the browser was sent to: `as` or `evil`.
    pub provider: &'static str,
    /// Where to go afterwards.
    pub next: String,
}

impl PendingLogin {
    pub(crate) fn generate(provider: &'static str, next: String) -> Self {
        Self {
            state: State::generate().secret().to_owned(),
            nonce: Nonce::generate().secret().to_owned(),
            verifier: CodeVerifier::generate().secret().to_owned(),
            provider,
            next,
        }
    }
}

/// All logins that have begun, by the browser session that began them. Each is taken once.
#[derive(Debug, Default)]
pub struct PendingLogins(Mutex<HashMap<String, PendingLogin>>);

impl PendingLogins {
    pub(crate) fn put(&self, session: &str, login: PendingLogin) {
        lock(&self.0).insert(session.to_owned(), login);
    }

    /// Takes the login that this browser session began.
    pub fn take_of_session(&self, session: &str) -> Option<PendingLogin> {
        lock(&self.0).remove(session)
    }

    /// Takes the login with this `state`, whichever browser began it.
    pub fn take_by_state(&self, state: &str) -> Option<PendingLogin> {
        let mut all = lock(&self.0);
        let session = all.iter().find(|(_, login)| login.state == state).map(|(key, _)| key.clone())?;
        all.remove(&session)
    }
}

pub(super) fn pending_login(
    logins: &PendingLogins,
    session: &str,
    state: Option<&str>,
) -> Option<PendingLogin> {
    // RFC 9700 §2.1: one-time, and bound to the browser that began the login.
    let login = logins.take_of_session(session)?;
    state.is_some_and(|state| State::new(login.state.clone()).matches(&State::new(state))).then_some(login)
}

/// Who answered, and who was asked.
#[derive(Clone, Copy, Debug)]
pub struct ResponseIssuer<'a> {
    /// The issuer that the browser was sent to.
    pub expected: &'a str,
    /// The `iss` of the response.
    pub presented: Option<&'a str>,
    /// Whether that issuer says that it always sends `iss`.
    pub advertised: bool,
}

pub(super) fn response_issuer(response: &ResponseIssuer<'_>) -> bool {
    // RFC 9207 §2.4: compare when it is there; refuse when it is missing and was promised.
    match response.presented {
        Some(presented) => presented == response.expected,
        None => !response.advertised,
    }
}

/// A token response that is about to sign somebody in.
#[derive(Debug)]
pub struct IdTokenCheck<'a> {
    /// The ID token.
    pub id_token: &'a str,
    /// The keys of the provider that the login began at.
    pub keys: &'a VerificationKeys,
    /// That provider.
    pub issuer: &'a str,
    /// This client.
    pub client_id: &'a str,
    /// The nonce of this login.
    pub nonce: &'a str,
    /// Now.
    pub now: Timestamp,
}

pub(super) fn id_token(check: &IdTokenCheck<'_>) -> Result<IdTokenClaims, JwtError> {
    // OpenID Connect Core §3.1.3.7
    let expected = Expected::id_token(check.issuer, check.client_id);
    let claims: IdTokenClaims = jwt::verify(check.id_token, check.keys, &expected, check.now)?.claims;
    match &claims.nonce {
        Some(nonce) if Nonce::new(nonce.clone()).matches(&Nonce::new(check.nonce)) => Ok(claims),
        _ => Err(JwtError::Missing("nonce")),
    }
}

pub(super) fn next(asked: Option<&str>) -> String {
    let asked = asked.unwrap_or("/");
    // RFC 9700 §4.11.1. What begins with one slash is a path of ours, unless a browser reads it
    // otherwise: it takes \ for /, and drops tabs and newlines before it looks.
    let plain = asked.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if asked.starts_with('/') && !asked.starts_with("//") && plain { asked } else { "/" }.to_owned()
}

/// The tokens of somebody who has just signed in.
#[derive(Clone, Copy, Debug)]
pub struct SignedInTokens<'a> {
    /// The access token.
    pub access_token: &'a str,
    /// The id of the session on the server that holds the tokens.
    pub session: &'a str,
}

/// What the browser is given to stay signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrowserState {
    /// A cookie that no script can read; the tokens stay on the server.
    HttpOnlyCookie,
    /// A value that the page's script puts into `localStorage`.
    LocalStorage(String),
}

pub(super) fn browser_state(_tokens: &SignedInTokens<'_>) -> BrowserState {
    BrowserState::HttpOnlyCookie
}

/// How this client is registered.
#[derive(Clone, Copy, Debug)]
pub struct Registration<'a> {
    /// Its name.
    pub client_id: &'a str,
    /// Its secret.
    pub client_secret: &'a str,
    /// The authorization server.
    pub issuer: &'a str,
}

pub(super) fn frontend_config(registration: &Registration<'_>) -> serde_json::Value {
    // RFC 6749 §2.1: whatever runs in the browser is public. The secret stays on the server.
    json!({ "client_id": registration.client_id, "issuer": registration.issuer })
}

pub(super) fn http_client() -> Result<HttpClient, HttpError> {
    let limit = Duration::from_secs(3);
    HttpClient::builder().connect_timeout(limit).timeout(limit).build()
}
