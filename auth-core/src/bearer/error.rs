//! Why a request was refused, and the answer that says so in the words of RFC 6750 §3.

use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use super::BearerState;
use crate::error::{Challenge, OAuthError};
use crate::scope::Scopes;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// It brought no bearer token.
    #[error("no access token came with the request")]
    Missing,
    /// Its Authorization header is malformed, or there are several.
    #[error("the Authorization header is malformed")]
    Malformed,
    /// The token is not good: unknown, expired, revoked, for somebody else, or of another kind.
    /// Which of these is nobody's business but the log's.
    #[error("the access token is not valid")]
    InvalidToken,
    /// The token is good, but not for this.
    #[error("the access token lacks the scope {required}")]
    InsufficientScope {
        /// The scope, or the scopes separated by spaces, that the request needs.
        required: String,
    },
    /// The authorization server cannot be asked just now.
    #[error("the access token cannot be checked at the moment")]
    Unavailable,
}

impl BearerError {
    /// The status of the answer, RFC 6750 §3.1.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Missing | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::InsufficientScope { .. } => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The error of the protocol; `None` when no token came, for RFC 6750 §3.1 wants no error
    /// code then.
    fn oauth_error(&self) -> Option<OAuthError> {
        match self {
            Self::Missing => None,
            Self::Malformed => Some(OAuthError::invalid_request(
                "send exactly one Authorization header of the form: Bearer, a space, the token",
            )),
            Self::InvalidToken => Some(OAuthError::invalid_token(
                "the access token is expired, revoked, malformed or not for this resource: get a new one",
            )),
            Self::InsufficientScope { required } => Some(OAuthError::insufficient_scope(format!(
                "this request needs an access token with the scope {required}"
            ))),
            Self::Unavailable => Some(OAuthError::temporarily_unavailable(
                "the access token cannot be checked at the moment: try again in a few seconds",
            )),
        }
    }
}

/// The complete answer to a refused request. In axum it is an `IntoResponse`, in actix-web a
/// `ResponseError`, so a handler returns it with `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BearerRejection {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: String,
}

impl BearerRejection {
    pub(super) fn new(error: &BearerError, state: &BearerState) -> Self {
        Self::build(error, &state.realm, state.resource_metadata.as_deref())
    }

    /// The answer of a server that checks its own tokens itself and has no [`BearerState`], such
    /// as an authorization server at its userinfo endpoint.
    pub fn of(error: &BearerError, realm: &str) -> Self {
        Self::build(error, realm, None)
    }

    fn build(error: &BearerError, realm: &str, resource_metadata: Option<&str>) -> Self {
        let oauth_error = error.oauth_error();
        let mut headers = vec![
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        if *error == BearerError::Unavailable {
            headers.push((header::RETRY_AFTER, HeaderValue::from_static("5")));
        } else {
            let challenge = challenge(error, oauth_error.clone(), realm, resource_metadata);
            headers.push((header::WWW_AUTHENTICATE, challenge.to_header_value()));
        }
        let body = match oauth_error {
            Some(error) => error.to_json(),
            None => {
                json!({"error_description": "send an access token in the Authorization header: Bearer, a space, the token"})
            }
        };
        Self { status: error.status(), headers, body: body.to_string() }
    }

    /// Our own mistake: the application has no [`BearerState`].
    #[cfg(feature = "actix")]
    pub(super) fn not_configured() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            headers: vec![(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
            body: String::new(),
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The header fields.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// The JSON body.
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl std::fmt::Display for BearerRejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused with {}", self.status)
    }
}

impl std::error::Error for BearerRejection {}

/// RFC 6750 §3: how to authenticate, and what was wrong; RFC 9728 §5.1: where to read more.
fn challenge(
    error: &BearerError,
    oauth_error: Option<OAuthError>,
    realm: &str,
    resource_metadata: Option<&str>,
) -> Challenge {
    // ANCHOR: challenge
    let mut challenge = Challenge::bearer(realm);
    if let Some(oauth_error) = oauth_error {
        challenge = challenge.error(oauth_error);
    }
    if let BearerError::InsufficientScope { required } = error
        && let Ok(required) = Scopes::parse(required)
    {
        challenge = challenge.scope(&required);
    }
    if let Some(url) = resource_metadata {
        challenge = challenge.resource_metadata(url);
    }
    challenge
    // ANCHOR_END: challenge
}
