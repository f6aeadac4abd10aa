//! The page at `/`: what this API is, and how to try it.

use askama::Template;
use auth_core::{
    headers::{Csp, SecurityHeaders},
    pages::Site,
};
use axum::{Router, extract::State, response::Html, routing::get};

use crate::{account::SCOPES, error::ApiError, state::AppState};

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    url: &'a str,
    open_registration: bool,
    scopes: &'a [(&'a str, &'a str)],
}

pub(crate) fn router(https: bool) -> Router<AppState> {
    let headers = SecurityHeaders::page(Csp::strict()).https(https);
    Router::new().route("/", get(home)).layer(headers)
}

#[tracing::instrument(skip_all, level = "debug")]
async fn home(State(app): State<AppState>) -> Result<Html<String>, ApiError> {
    let home = Home { url: &app.public_url, open_registration: app.open_registration, scopes: &SCOPES };
    Site::new("Password and bearer token", "API")
        .link("/docs/", "Try it")
        .link("/openapi.json", "OpenAPI")
        .page("Hello", &home)
        .map(Html)
        .map_err(|problem| ApiError::Internal(problem.to_string()))
}
