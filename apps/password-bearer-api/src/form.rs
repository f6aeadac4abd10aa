//! Extractor: a form of OAuth, read strictly (RFC 6749 §3.2).

use std::ops::Deref;

use auth_core::{error::OAuthError, params::Params};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::header::CONTENT_TYPE,
};

use crate::error::ApiError;

/// The parameters of a body of the type `application/x-www-form-urlencoded`. The query is never
/// looked at: it ends up in logs.
pub(crate) struct Form(Params);

impl Form {
    /// A parameter that must be there.
    pub(crate) fn required(&self, name: &'static str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| {
            OAuthError::invalid_request(format!("the parameter {name} is missing or empty")).into()
        })
    }
}

impl Deref for Form {
    type Target = Params;

    fn deref(&self) -> &Params {
        &self.0
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        if !essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::invalid_request(
                "send the parameters as a form (Content-Type: application/x-www-form-urlencoded)",
            )
            .into());
        }
        let body =
            Bytes::from_request(request, state).await.map_err(|rejection| ApiError::body(&rejection))?;
        Ok(Self(Params::parse(&body)?))
    }
}
