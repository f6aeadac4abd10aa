//! What the authorization server checks.

use std::sync::LazyLock;
use std::time::Duration;

use auth_core::clock::Timestamp;
use auth_core::error::OAuthError;
use auth_core::password::Passwords;
use auth_core::pkce::{CodeChallenge, CodeVerifier, require_s256};
use auth_core::secret::{CsrfToken, Password};
use futures::future::BoxFuture;

/// The hasher that all twins share, so that their hashing never outgrows the machine.
static PASSWORDS: LazyLock<Passwords> = LazyLock::new(|| Passwords::new(2));

pub(crate) fn passwords() -> &'static Passwords {
    &PASSWORDS
}

/// A password that somebody typed.
#[derive(Debug)]
pub struct PasswordCheck {
    /// What was typed as the user's name.
    pub username: String,
    /// What was typed as the password.
    pub password: Password,
    /// The hash of the user's real one; none when there is no such user.
    pub stored: Option<String>,
}

pub(super) fn password(check: PasswordCheck) -> BoxFuture<'static, bool> {
    Box::pin(async move {
        // Equal work for a user who does not exist: the answer and its time say nothing.
        let verified = PASSWORDS.verify(&check.password, check.stored.as_deref()).await;
        verified.is_ok_and(|verification| verification.ok)
    })
}

/// What an authorization request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseType {
    /// A code, which is redeemed at the token endpoint.
    Code,
    /// An access token in the fragment of the redirect: the implicit grant.
    Token,
}

pub(super) fn response_type(asked: &str) -> Result<ResponseType, OAuthError> {
    match asked {
        "code" => Ok(ResponseType::Code),
        // RFC 9700 §2.1.2: no access token is issued in an authorization response.
        _ => Err(OAuthError::unsupported_response_type("the only response_type is code")),
    }
}

/// Proof Key for Code Exchange (RFC 7636): one rule of two halves.
pub trait Pkce: Send + Sync {
    /// At the authorization endpoint: what is stored beside the code.
    ///
    /// # Errors
    /// An [`OAuthError`] for a request without a usable challenge.
    fn challenge(
        &self,
        code_challenge: Option<&str>,
        method: Option<&str>,
    ) -> Result<Option<String>, OAuthError>;

    /// At the token endpoint: whether the verifier belongs to what was stored.
    ///
    /// # Errors
    /// `invalid_grant` when it does not.
    fn verify(&self, stored: Option<&str>, code_verifier: Option<&str>) -> Result<(), OAuthError>;
}

/// The real rule: a challenge is required, and S256 is the only method.
#[derive(Clone, Copy, Debug)]
pub struct S256Only;

impl Pkce for S256Only {
    fn challenge(
        &self,
        code_challenge: Option<&str>,
        method: Option<&str>,
    ) -> Result<Option<String>, OAuthError> {
        require_s256(method).map_err(|error| OAuthError::invalid_request(error.to_string()))?;
        let challenge = CodeChallenge::parse_s256(code_challenge.unwrap_or_default())
            .map_err(|error| OAuthError::invalid_request(error.to_string()))?;
        Ok(Some(challenge.as_str().to_owned()))
    }

    fn verify(&self, stored: Option<&str>, code_verifier: Option<&str>) -> Result<(), OAuthError> {
        let stored = stored.and_then(|text| CodeChallenge::parse_s256(text).ok());
        let verifier = code_verifier.and_then(|text| CodeVerifier::parse(text).ok());
        match (stored, verifier) {
            (Some(challenge), Some(verifier)) if challenge.verify(&verifier) => Ok(()),
            // RFC 7636 §4.6
            _ => Err(OAuthError::invalid_grant("the code_verifier is not the one of this code")),
        }
    }
}

/// A consent form that came back.
#[derive(Debug)]
pub struct ConsentForm<'a> {
    /// The CSRF token of the browser session that sends the form.
    pub session: &'a CsrfToken,
    /// The CSRF token in the form.
    pub presented: Option<&'a str>,
    /// Whether the presented token was ever given to *some* session.
    pub known_to_server: bool,
    /// The `Origin` header.
    pub origin: Option<&'a str>,
    /// The authorization server's own origin.
    pub own_origin: &'a str,
}

pub(super) fn consent_form(form: &ConsentForm<'_>) -> bool {
    // RFC 6749 §10.12: the token is bound to the session, and compared in constant time.
    form.presented.is_some_and(|presented| form.session.matches(&CsrfToken::new(presented)))
        && form.origin.is_none_or(|origin| origin == form.own_origin)
}

/// Who redeems whose code.
#[derive(Clone, Copy, Debug)]
pub struct RedeemedBy<'a> {
    /// The client that the code was issued to.
    pub issued_to: &'a str,
    /// The client that authenticated at the token endpoint.
    pub presented_by: &'a str,
}

/// The time as this server knows it.
#[derive(Clone, Copy, Debug)]
pub struct ServerTime {
    /// Now.
    pub now: Timestamp,
    /// How far the server's local time zone is from UTC, in seconds; negative to the west.
    pub utc_offset_seconds: i64,
}

impl ServerTime {
    /// Takes a time of day without a zone for local time, as `.timestamp()` of a naive `datetime` does.
    #[must_use]
    pub fn read_as_local(&self, seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds - self.utc_offset_seconds)
    }
}

pub(super) fn token_expiry(time: &ServerTime, lifetime: Duration) -> Timestamp {
    // RFC 7519 §2: a NumericDate counts seconds in UTC.
    time.now + lifetime
}
