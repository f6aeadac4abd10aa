//! The extractors in axum. The router's state must give a [`BearerState`] through `FromRef`.
//!
//! # Example
//! ```
//! use auth_core::bearer::BearerState;
//! use auth_core::bearer::axum::{RequiredScope, Scoped};
//! use axum::{Router, routing::get};
//!
//! struct NotesRead;
//! impl RequiredScope for NotesRead {
//!     const SCOPE: &'static str = "notes:read";
//! }
//!
//! async fn notes(token: Scoped<NotesRead>) -> String {
//!     format!("the notes of {}", token.subject())
//! }
//!
//! fn app(bearer: BearerState) -> Router {
//!     Router::new().route("/notes", get(notes)).with_state(bearer)
//! }
//! ```

use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::authenticated::require_token;
pub use super::{Authenticated, BearerRejection, BearerState, MaybeAuthenticated, RequiredScope, Scoped};

/// All `Authorization` values; one that is not text becomes one that is refused.
fn authorization(headers: &HeaderMap) -> Vec<&str> {
    headers.get_all(AUTHORIZATION).iter().map(|value| value.to_str().unwrap_or_default()).collect()
}

impl<S> FromRequestParts<S> for Authenticated
where
    S: Send + Sync,
    BearerState: FromRef<S>,
{
    type Rejection = BearerRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, BearerRejection> {
        require_token(&BearerState::from_ref(state), &authorization(&parts.headers)).await
    }
}

impl<S> FromRequestParts<S> for MaybeAuthenticated
where
    S: Send + Sync,
    BearerState: FromRef<S>,
{
    type Rejection = BearerRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, BearerRejection> {
        let state = BearerState::from_ref(state);
        super::authenticate(&state, &authorization(&parts.headers)).await.map(Self)
    }
}

impl<S, R> FromRequestParts<S> for Scoped<R>
where
    S: Send + Sync,
    BearerState: FromRef<S>,
    R: RequiredScope,
{
    type Rejection = BearerRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, BearerRejection> {
        Self::new(Authenticated::from_request_parts(parts, state).await?)
    }
}

impl IntoResponse for BearerRejection {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body().to_owned()));
        *response.status_mut() = self.status();
        response.headers_mut().extend(self.headers().iter().cloned());
        response
    }
}
