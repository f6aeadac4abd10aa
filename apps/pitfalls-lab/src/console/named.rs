//! The lesson that an address names.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::pages;
use crate::lesson::Lesson;
use crate::lessons;

/// From the `{slug}` of the route; where there is no such lesson, the answer is a page that says so.
pub(super) struct Named(pub(super) &'static Lesson);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let names =
            RawPathParams::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let slug = names.iter().find_map(|(name, value)| (name == "slug").then_some(value));
        slug.and_then(lessons::find).map(Self).ok_or_else(pages::unknown)
    }
}
