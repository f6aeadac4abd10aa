//! Answers for programs: JSON that is never stored, errors as RFC 6749 §5.2 words them.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use auth_core::client_authentication::ClientAuthError;
use auth_core::error::{Challenge, ErrorCode, OAuthError};
use auth_core::headers::SecurityHeaders;
use auth_core::secret::random_id;
use serde::Serialize;

use super::body::BodyError;
use crate::db::{Fault, Refused};
use crate::oauth::EndpointError;

/// A JSON answer of the token endpoint and its neighbours.
pub(crate) fn json<T: Serialize>(status: StatusCode, body: &T) -> HttpResponse {
    let mut response = HttpResponse::build(status).json(body);
    never_store(response.headers_mut());
    response
}

/// RFC 6749 §5.1: both headers on every answer that may hold a token; errors have them too.
pub(crate) fn never_store(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    SecurityHeaders::api().apply_actix(headers);
}

/// An error of the token, revocation or introspection endpoint.
#[derive(Debug)]
pub(crate) struct JsonError {
    pub(crate) status: StatusCode,
    pub(crate) error: OAuthError,
    pub(crate) header: Option<(HeaderName, HeaderValue)>,
}

impl JsonError {
    pub(crate) fn new(status: StatusCode, error: OAuthError) -> Self {
        Self { status, error, header: None }
    }

    pub(crate) fn throttled(seconds: u64) -> Self {
        Self {
            header: Some((RETRY_AFTER, seconds.into())),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                OAuthError::temporarily_unavailable("too many requests: wait as long as Retry-After says"),
            )
        }
    }

    /// Our own failure: the client gets an id, the reason stands in the log under it.
    pub(crate) fn internal(error: &dyn fmt::Display) -> Self {
        let reference = random_id(8);
        tracing::error!(%reference, %error, "an answer failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            OAuthError::server_error(format!(
                "something failed on this server; its log knows more under {reference}"
            )),
        )
    }

    /// How many requests this failure weighs in the throttle. A wrong secret is what a guesser
    /// sends; a wrong code or token may also be an old one, and is too long to be guessed.
    pub(crate) fn weight(&self) -> u32 {
        match self.error.code() {
            ErrorCode::InvalidClient => 50,
            ErrorCode::InvalidGrant => 10,
            _ => 0,
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for JsonError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = json(self.status, &self.error.to_json());
        if let Some((name, value)) = &self.header {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    }
}

impl From<EndpointError> for JsonError {
    fn from(refusal: EndpointError) -> Self {
        let status = StatusCode::from_u16(refusal.error.status().as_u16())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // RFC 6749 §5.2: a client that tried the Authorization header is answered with a challenge
        // of the same scheme.
        let challenge = status == StatusCode::UNAUTHORIZED && refusal.basic_tried;
        let header = challenge.then(|| {
            let value = Challenge::basic("authorization server").to_string();
            HeaderValue::from_str(&value).map(|value| (WWW_AUTHENTICATE, value))
        });
        Self { header: header.and_then(Result::ok), ..Self::new(status, refusal.error) }
    }
}

impl From<ClientAuthError> for JsonError {
    fn from(refusal: ClientAuthError) -> Self {
        EndpointError::from(refusal).into()
    }
}

impl From<Fault> for JsonError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Busy => Self {
                header: Some((RETRY_AFTER, HeaderValue::from_static("2"))),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    OAuthError::temporarily_unavailable("this server is too busy: try again"),
                )
            },
            fault => Self::internal(&fault),
        }
    }
}

impl<E: Into<JsonError>> From<Refused<E>> for JsonError {
    fn from(refused: Refused<E>) -> Self {
        match refused {
            Refused::Answer(error) => error.into(),
            Refused::Fault(fault) => fault.into(),
        }
    }
}

impl From<BodyError> for JsonError {
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::Interrupted | BodyError::Malformed(_) => StatusCode::BAD_REQUEST,
        };
        Self::new(status, OAuthError::invalid_request(error.to_string()))
    }
}
