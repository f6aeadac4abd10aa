//! `GET /`: what this app is, and what signing in will do.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::Shared;
use crate::pages::{html, site};
use crate::routes::Visitor;
use crate::signed_in::User;

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome {
    provider: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    user: &'a User,
    csrf_token: &'a str,
}

#[tracing::instrument(skip_all, level = "debug")]
pub(super) async fn show(State(shared): State<Arc<Shared>>, visitor: Visitor) -> Response {
    let page = match visitor.signed_in() {
        Ok(signed_in) => {
            let home = Home { user: &signed_in.user, csrf_token: signed_in.csrf.secret() };
            site(Some(&signed_in.user)).page("Home", &home)
        }
        Err(_) => site(None).page("Welcome", &Welcome { provider: shared.provider.host() }),
    };
    html(StatusCode::OK, page)
}
