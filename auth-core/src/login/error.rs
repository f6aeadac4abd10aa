use http::StatusCode;
use oauth2::RequestTokenError;
use oauth2::basic::{BasicErrorResponse, BasicErrorResponseType};

use crate::error::ErrorCode;
use crate::http_client::HttpError;
use crate::jwks::RemoteVerifyError;
use crate::login::id_token::IdTokenProblem;

/// Why nobody is signed in, or no longer.
///
/// `Display` is for the log: it holds no code, no token, and nothing that a stranger chose. For
/// the person there are [`status`](Self::status), [`what_happened`](Self::what_happened) and
/// [`what_to_do`](Self::what_to_do).
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The provider's metadata must not be used.
    #[error("the authorization server's metadata cannot be used: {0}")]
    Metadata(String),
    /// The provider did not answer, or with something else than an answer.
    #[error("the authorization server cannot be reached: {0}")]
    Unreachable(String),
    /// The provider did not answer in time.
    #[error("the authorization server did not answer in time: {0}")]
    TimedOut(String),
    /// The provider says that it cannot answer now (429, 503, `temporarily_unavailable`).
    #[error("the authorization server is busy")]
    Busy,
    /// The response is not one to a login of this browser (RFC 6749 §10.12).
    #[error("state is not that of a login which this browser began")]
    StateMismatch,
    /// The user took longer than [`PENDING_LIFETIME`](super::PENDING_LIFETIME).
    #[error("the login took too long")]
    PendingExpired,
    /// The response is another server's, or does not say whose it is (RFC 9207).
    #[error("iss is missing or is not the authorization server that was asked")]
    IssuerMismatch,
    /// The response is neither a code nor an error, or it is both, or it repeats a parameter.
    #[error("the authorization response is malformed")]
    ResponseMalformed,
    /// The user, or the provider for them, said no.
    #[error("access_denied")]
    AccessDenied,
    /// The provider refused the authorization request; `None` for a code that is not registered.
    #[error("the authorization request was refused: {}", .0.map_or("unknown error code", ErrorCode::as_str))]
    AuthorizationRefused(Option<ErrorCode>),
    /// The code is expired, used or another client's.
    #[error("the code was refused (invalid_grant)")]
    CodeRefused,
    /// The token endpoint does not accept the app itself: its registration or secret is wrong.
    #[error("the token endpoint refused this app: {0}")]
    ClientRefused(&'static str),
    /// The refresh token has been ended, or there is none: the user must sign in again.
    #[error("the refresh token was refused or is missing")]
    RefreshRefused,
    /// The token endpoint's answer is not one.
    #[error("the token response is not usable: {0}")]
    TokenResponse(&'static str),
    /// The ID token, or what belongs to it, is not what it must be.
    #[error("the ID token is not valid: {0}")]
    IdToken(String),
}

impl LoginError {
    /// The status of the page to show. 4xx: it is about this browser's request; 502 to 504: it is
    /// about the authorization server; 500: it is about this app's own settings.
    #[must_use]
    // ANCHOR: status
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::StateMismatch
            | Self::PendingExpired
            | Self::IssuerMismatch
            | Self::ResponseMalformed
            | Self::CodeRefused => StatusCode::BAD_REQUEST,
            Self::RefreshRefused => StatusCode::UNAUTHORIZED,
            Self::AccessDenied => StatusCode::FORBIDDEN,
            Self::ClientRefused(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Metadata(_)
            | Self::Unreachable(_)
            | Self::AuthorizationRefused(_)
            | Self::TokenResponse(_)
            | Self::IdToken(_) => StatusCode::BAD_GATEWAY,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::TimedOut(_) => StatusCode::GATEWAY_TIMEOUT,
        }
    }
    // ANCHOR_END: status

    /// What happened, in a sentence for the person who sees the page.
    #[must_use]
    pub const fn what_happened(&self) -> &'static str {
        match self {
            Self::StateMismatch => {
                "This answer does not belong to a sign-in that this browser began. It may have been used \
                 already, or have come from a page that is not ours."
            }
            Self::PendingExpired => "The sign-in took too long and is no longer valid.",
            Self::IssuerMismatch => "The answer does not come from the authorization server that was asked.",
            Self::ResponseMalformed => {
                "The authorization server's answer is incomplete or contradicts itself."
            }
            Self::AccessDenied => {
                "You did not allow this app to use your account, so nobody is signed in here."
            }
            Self::AuthorizationRefused(_) => "The authorization server refused to sign you in to this app.",
            Self::CodeRefused => {
                "The authorization server did not accept the code: it has expired or was used already."
            }
            Self::ClientRefused(_) => {
                "The authorization server does not accept this app. Its settings are wrong."
            }
            Self::RefreshRefused => "Your sign-in has ended at the authorization server.",
            Self::Metadata(_) | Self::TokenResponse(_) | Self::IdToken(_) => {
                "The authorization server gave an answer that this app must not trust."
            }
            Self::Unreachable(_) => "The authorization server cannot be reached.",
            Self::TimedOut(_) => "The authorization server did not answer in time.",
            Self::Busy => "The authorization server is busy.",
        }
    }

    /// What the person can do now.
    #[must_use]
    pub const fn what_to_do(&self) -> &'static str {
        match self {
            Self::StateMismatch => {
                "Sign in again from this app's own page, in this browser and with cookies allowed."
            }
            Self::PendingExpired | Self::CodeRefused | Self::RefreshRefused => "Sign in again.",
            Self::IssuerMismatch | Self::ResponseMalformed => {
                "Sign in again from this app's own page. If it happens again, tell whoever runs this app."
            }
            Self::AccessDenied => "If that was not what you meant, sign in again and choose Allow.",
            Self::Metadata(_)
            | Self::AuthorizationRefused(_)
            | Self::ClientRefused(_)
            | Self::TokenResponse(_)
            | Self::IdToken(_) => "Tell whoever runs this app; the log says more under the reference below.",
            Self::Unreachable(_) | Self::TimedOut(_) | Self::Busy => "Wait a moment, then try again.",
        }
    }

    pub(super) fn from_exchange(error: RequestTokenError<HttpError, BasicErrorResponse>) -> Self {
        Self::from_token_endpoint(error, Self::CodeRefused)
    }

    pub(super) fn from_refresh(error: RequestTokenError<HttpError, BasicErrorResponse>) -> Self {
        Self::from_token_endpoint(error, Self::RefreshRefused)
    }

    fn from_token_endpoint(
        error: RequestTokenError<HttpError, BasicErrorResponse>,
        invalid_grant: Self,
    ) -> Self {
        use BasicErrorResponseType as Code;
        match error {
            RequestTokenError::Request(error) => error.into(),
            // The crate keeps the whole body here, tokens and all: it goes nowhere.
            RequestTokenError::Parse(..) => Self::TokenResponse("it is not the JSON of a token response"),
            RequestTokenError::Other(_) => Self::TokenResponse("it is empty or is not JSON"),
            RequestTokenError::ServerResponse(response) => match response.error() {
                Code::InvalidGrant => invalid_grant,
                Code::InvalidClient => {
                    Self::ClientRefused("invalid_client: check CLIENT_ID and CLIENT_SECRET")
                }
                Code::UnauthorizedClient => Self::ClientRefused("unauthorized_client: check its grant types"),
                Code::UnsupportedGrantType => Self::ClientRefused("unsupported_grant_type"),
                Code::InvalidScope => Self::ClientRefused("invalid_scope: check SCOPES"),
                Code::InvalidRequest => Self::ClientRefused("invalid_request"),
                Code::Extension(code) => match ErrorCode::parse(code) {
                    Some(ErrorCode::TemporarilyUnavailable) => Self::Busy,
                    Some(code) => Self::ClientRefused(code.as_str()),
                    None => Self::TokenResponse("its error code is unknown"),
                },
            },
        }
    }
}

impl From<HttpError> for LoginError {
    fn from(error: HttpError) -> Self {
        match &error {
            HttpError::Network(network) if network.is_timeout() => Self::TimedOut(error.to_string()),
            HttpError::Status(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => Self::Busy,
            _ => Self::Unreachable(error.to_string()),
        }
    }
}

impl From<RemoteVerifyError> for LoginError {
    fn from(error: RemoteVerifyError) -> Self {
        match error {
            RemoteVerifyError::Token(error) => Self::IdToken(error.to_string()),
            RemoteVerifyError::Keys(error) => Self::Unreachable(error.to_string()),
        }
    }
}

impl From<IdTokenProblem> for String {
    fn from(problem: IdTokenProblem) -> Self {
        problem.to_string()
    }
}
