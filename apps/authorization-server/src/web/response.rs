//! The authorization response on its way back to the client through the browser.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use askama::Template;
use auth_core::headers::Csp;

use super::page::{PageError, page, see_other};
use crate::oauth::authorize::{AuthorizationResponse, ResponseMode};

/// The one script of this server.
pub(crate) const FORM_POST_SCRIPT: &str = "/assets/form-post.js";

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPostPage<'a> {
    action: &'a str,
    params: &'a [(&'static str, String)],
    script: &'static str,
}

/// As a redirect, or as a form that the browser posts (OAuth 2.0 Form Post Response Mode).
pub(crate) fn send(answer: &AuthorizationResponse) -> Result<HttpResponse, PageError> {
    match answer.mode {
        ResponseMode::Query => Ok(see_other(&answer.location(), None)),
        ResponseMode::FormPost => {
            let main = FormPostPage {
                action: &answer.redirect_uri,
                params: &answer.params,
                script: FORM_POST_SCRIPT,
            };
            let csp = Csp::strict().form_action([answer.form_origin()]).script_self();
            page(StatusCode::OK, "Going back", None, csp, &main)
        }
    }
}

/// The script of the form_post page: a file, because the policy forbids inline scripts.
pub(crate) async fn form_post_script() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(include_str!("../../assets/form-post.js"))
}
