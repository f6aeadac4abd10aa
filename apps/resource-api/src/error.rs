//! The answers that are not a success and not about the token, which `auth_core::bearer` answers.

use actix_web::{
    Error, HttpResponse, ResponseError,
    body::BoxBody,
    error::JsonPayloadError,
    http::{StatusCode, header},
};
use auth_core::secret::random_id;
use serde_json::json;

use crate::db::DatabaseError;

/// Why a request was not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The request is not what this route takes; the text says what it does take.
    #[error("{1}")]
    Refused(StatusCode, &'static str),
    /// There is none, or it is another user's, which is the same to whoever asks.
    #[error("there is nothing here")]
    NotFound,
    /// The token is good, but a machine's where a user's is wanted, or the reverse; with the
    /// challenge that says so.
    #[error("{0}")]
    WrongKind(&'static str, String),
    /// The user keeps as many notes as one may.
    #[error("you keep as many notes as this API allows; delete one first")]
    TooManyNotes,
    /// Our fault; the reason is for the log only.
    #[error("the server failed")]
    Database(#[from] DatabaseError),
}

impl ApiError {
    pub(crate) fn invalid(description: &'static str) -> Self {
        Self::Refused(StatusCode::BAD_REQUEST, description)
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(..) => "invalid_request",
            Self::NotFound => "not_found",
            Self::WrongKind(..) => "insufficient_scope",
            Self::TooManyNotes => "too_many_notes",
            Self::Database(_) => "server_error",
        }
    }
}

/// Bodies that are not the JSON that a route takes are answered like every other mistake.
impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error.as_error::<JsonPayloadError>() {
            Some(JsonPayloadError::ContentType) => Self::Refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the body must be JSON, sent with `Content-Type: application/json`",
            ),
            Some(JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. }) => {
                Self::Refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large")
            }
            _ => Self::invalid("the body is not the JSON object that this route takes"),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(status, _) => *status,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongKind(..) => StatusCode::FORBIDDEN,
            Self::TooManyNotes => StatusCode::CONFLICT,
            Self::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let description = match self {
            Self::Database(problem) => {
                let id = random_id(12);
                tracing::error!(id, %problem, "a request failed");
                format!("the server failed; its log tells why under {id}")
            }
            other => other.to_string(),
        };
        let mut response = HttpResponse::build(self.status_code());
        if let Self::WrongKind(_, challenge) = self {
            response.insert_header((header::WWW_AUTHENTICATE, challenge.as_str()));
        }
        response.json(json!({ "error": self.code(), "error_description": description }))
    }
}
