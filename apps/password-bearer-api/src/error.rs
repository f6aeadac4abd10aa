//! Every answer that is not a success, in one type.
//!
//! A body has OAuth's `error` and `error_description` for OAuth's libraries, and FastAPI's
//! `detail` for clients that knew FastAPI. A client's mistake says what to do; a fault of ours
//! says nothing but an id that stands in the log.

use std::borrow::Cow;

use auth_core::{
    error::{Challenge, OAuthError},
    jwt::JwtError,
    params::ParamsError,
    password::PasswordError,
    scope::{Scope, Scopes},
    secret::random_id,
    throttle::RetryAfter,
};
use axum::{
    Json,
    extract::rejection::BytesRejection,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{db::DatabaseError, fields::FieldError};

/// The realm of every challenge (RFC 9110 §11.5).
const REALM: &str = "password-bearer-api";

/// Why a request was not served.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// No token came, and the route wants one (with this scope).
    NotAuthenticated(Option<&'static str>),
    /// A token came that is no good, or no good any more.
    InvalidToken(Option<&'static str>),
    /// Two tokens came, or something that is not one.
    MalformedToken(Option<&'static str>),
    /// The token is good but lacks this scope.
    NotEnoughPermissions(&'static str),
    /// The user was switched off by an administrator.
    InactiveUser,
    /// Username and password are not a user's.
    WrongCredentials,
    /// The token endpoint's other refusals (RFC 6749 §5.2).
    OAuth(OAuthError),
    /// Fields of a body are wrong.
    Fields(Vec<FieldError>),
    /// Another refusal: its status, a word for programs and a sentence for people.
    Refused(StatusCode, &'static str, Cow<'static, str>),
    /// Too many attempts.
    TooManyAttempts(RetryAfter),
    /// All threads that check passwords are taken.
    Busy,
    /// Our fault; the text is for the log only.
    Internal(String),
}

/// What an error looks like. `error` is missing only where no token came at all (RFC 6750 §3.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// A code of RFC 6749 §5.2 or RFC 6750 §3.1, or a word of this API.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    /// What is wrong and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<String>,
    /// The same, where FastAPI's clients look for it.
    detail: String,
}

/// What the answer to a wrong body looks like: FastAPI's `HTTPValidationError`.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldErrorBody {
    /// Everything that is wrong.
    detail: Vec<FieldError>,
}

impl ApiError {
    pub(crate) fn refused(
        status: StatusCode,
        error: &'static str,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Refused(status, error, description.into())
    }

    /// A body that could not be read: too large, or broken off.
    pub(crate) fn body(rejection: &BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::refused(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", "the body is too large")
            }
            status => Self::refused(status, "invalid_request", "the body could not be read"),
        }
    }

    pub(crate) fn not_found() -> Self {
        Self::refused(StatusCode::NOT_FOUND, "not_found", "Not Found")
    }

    /// What goes into `WWW-Authenticate` (RFC 6750 §3), if the answer carries one.
    fn challenge(&self) -> Option<HeaderValue> {
        let (error, scope) = match self {
            // RFC 6750 §3.1: without a token, no error code.
            Self::NotAuthenticated(scope) => (None, *scope),
            Self::WrongCredentials => (None, None),
            Self::InvalidToken(scope) => (
                Some(OAuthError::invalid_token("the access token is expired, ended or not one of this API")),
                *scope,
            ),
            Self::MalformedToken(scope) => (
                Some(OAuthError::invalid_request("send one Authorization header with one bearer token")),
                *scope,
            ),
            Self::NotEnoughPermissions(scope) => {
                (Some(OAuthError::insufficient_scope("the access token lacks a scope")), Some(*scope))
            }
            _ => return None,
        };
        let mut challenge = Challenge::bearer(REALM);
        if let Some(error) = error {
            challenge = challenge.error(error);
        }
        if let Some(scope) = scope.and_then(|scope| Scope::parse(scope).ok()) {
            challenge = challenge.scope(&Scopes::from_iter([scope]));
        }
        Some(challenge.to_header_value())
    }

    /// Seconds after which it is worth trying again.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyAttempts(wait) => Some(wait.seconds()),
            Self::Busy => Some(1),
            _ => None,
        }
    }

    /// Status and body.
    fn answer(self) -> Response {
        match self {
            Self::NotAuthenticated(_) => refuse(StatusCode::UNAUTHORIZED, None, "Not authenticated"),
            Self::InvalidToken(_) => {
                refuse(StatusCode::UNAUTHORIZED, "invalid_token", "Could not validate credentials")
            }
            Self::MalformedToken(_) => refuse(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "send one Authorization header with one bearer token",
            ),
            Self::NotEnoughPermissions(_) => {
                refuse(StatusCode::FORBIDDEN, "insufficient_scope", "Not enough permissions")
            }
            Self::InactiveUser => refuse(StatusCode::FORBIDDEN, "access_denied", "Inactive user"),
            Self::WrongCredentials => {
                refuse(StatusCode::UNAUTHORIZED, "invalid_grant", "Incorrect username or password")
            }
            Self::OAuth(error) => refuse(error.status(), error.code().as_str(), error.description()),
            Self::Refused(status, error, description) => refuse(status, error, description),
            Self::TooManyAttempts(wait) => refuse(
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                format!("too many attempts; try again in {} s", wait.seconds()),
            ),
            Self::Busy => refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "the server is busy; try again in a moment",
            ),
            Self::Fields(detail) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(FieldErrorBody { detail })).into_response()
            }
            Self::Internal(problem) => {
                let id = random_id(12);
                tracing::error!(id, problem, "a request failed");
                refuse(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "server_error",
                    format!("the server failed; its log tells why under {id}"),
                )
            }
        }
    }
}

fn refuse(
    status: StatusCode,
    error: impl Into<Option<&'static str>>,
    description: impl Into<String>,
) -> Response {
    let (error, detail) = (error.into(), description.into());
    let body = ErrorBody { error, error_description: error.map(|_| detail.clone()), detail };
    (status, Json(body)).into_response()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (challenge, retry_after) = (self.challenge(), self.retry_after());
        let mut response = self.answer();
        if let Some(challenge) = challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<OAuthError> for ApiError {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<ParamsError> for ApiError {
    fn from(error: ParamsError) -> Self {
        Self::OAuth(error.into())
    }
}

impl From<RetryAfter> for ApiError {
    fn from(wait: RetryAfter) -> Self {
        Self::TooManyAttempts(wait)
    }
}

impl From<DatabaseError> for ApiError {
    fn from(error: DatabaseError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<JwtError> for ApiError {
    /// For signing. A token that does not verify is [`Self::InvalidToken`].
    fn from(error: JwtError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            error => Self::Internal(error.to_string()),
        }
    }
}
