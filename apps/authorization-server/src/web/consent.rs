//! The consent page: who asks, for what, and the answer.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use auth_core::headers::Csp;
use auth_core::params::Params;
use auth_core::secret::{CsrfToken, RequestHandle};

use super::authorize::{refuse, with_handle};
use super::login::LOGIN;
use super::page::{PageError, page, see_other};
use super::session::signed_in;
use super::{Web, response};
use crate::oauth::authorize::{self, ConsentView, Decision};

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    view: &'a ConsentView,
    /// Where the tokens will be good, unless that is only here.
    resources: Vec<&'a str>,
    csrf_token: CsrfToken,
}

#[tracing::instrument(skip_all, level = "debug")]
pub(crate) fn show(web: &Web, request: &HttpRequest, view: &ConsentView) -> Result<HttpResponse, PageError> {
    let session = web.cookies.read_or_make(request);
    let resources = view.resources.iter().map(String::as_str);
    let main = ConsentPage {
        view,
        resources: resources.filter(|resource| *resource != web.ctx.issuer.as_str()).collect(),
        csrf_token: session.csrf_token(),
    };
    // Chromium applies form-action to the redirect after Allow as well.
    let csp = Csp::strict().form_action([&view.redirect_origin]);
    page(StatusCode::OK, "Allow access", Some(&view.username), csp, &main)
}

/// The answer. `scope` holds the ticked boxes; what was asked stands on the server, so a form
/// that ticks more than was shown gains nothing.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn decide(
    web: Data<Web>,
    request: &HttpRequest,
    form: &Params,
) -> Result<HttpResponse, PageError> {
    let session = web.check_own_form(request, form)?;
    let handle = form.get("request").ok_or_else(PageError::request_is_over)?;
    let decision = match form.get("decision") {
        Some("allow") => {
            Decision::Allow { scopes: form.get_all("scope").into_iter().map(str::to_owned).collect() }
        }
        Some("deny") => Decision::Deny,
        _ => return Err(PageError::foreign_form()),
    };
    let (state, work_handle) = (web.clone(), RequestHandle::new(handle));
    let decided = web
        .db
        .run(move |tx| {
            let Some(who) = signed_in(tx, &state.ctx, Some(&session))? else {
                return Ok(None);
            };
            authorize::decide(tx, &state.ctx, &work_handle, &who, &decision).map(Some)
        })
        .await;
    match decided {
        Ok(Some(answer)) => response::send(&answer),
        // The session ended while the page was open: sign in, then be asked again.
        Ok(None) => {
            let login = with_handle(LOGIN, &RequestHandle::new(handle));
            Ok(see_other(&login, None))
        }
        Err(refused) => refuse(refused),
    }
}
