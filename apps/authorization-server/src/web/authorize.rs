//! The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2).

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use auth_core::error::OAuthError;
use auth_core::params::Params;
use auth_core::peer::actix::peer_address;
use auth_core::peer::throttle_key;
use auth_core::secret::RequestHandle;

use super::body::{BodyError, form_bytes};
use super::login::LOGIN;
use super::page::{PageError, see_other};
use super::session::signed_in;
use super::{Web, consent, response};
use crate::db::Refused;
use crate::oauth::authorize::{self, AuthorizeRefusal, AuthorizeStep};
use crate::oauth::metadata::AUTHORIZE;

/// The one parameter that may stand more than once (RFC 8707 §2).
const REPEATABLE: [&str; 1] = ["resource"];

/// Where the browser comes back to with its request's handle: after sign-in, or when its cookie
/// did not come with a POST from another site.
pub(crate) const CONTINUE: &str = "/o/authorize/continue";

/// A request as a link.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn get(web: Data<Web>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let query = request.query_string().as_bytes();
    let params = Params::parse_allowing_repeats(query, &REPEATABLE).map_err(BodyError::from)?;
    begin(web, &request, params, LOGIN).await
}

/// Either a request as a form, which may come from any site (OpenID Connect Core §3.1.2.1), or
/// the decision from our own consent page. Only the decision has these two fields, and it is
/// believed only with the CSRF token of this browser's session; a request has no effect that a
/// link would not have.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn post(
    web: Data<Web>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    let bytes = form_bytes(&request, payload).await?;
    let form = Params::parse_allowing_repeats(&bytes, &["resource", "scope"]).map_err(BodyError::from)?;
    if form.get("decision").is_some() || form.get("csrf_token").is_some() {
        return consent::decide(web, &request, &form).await;
    }
    let params = Params::parse_allowing_repeats(&bytes, &REPEATABLE).map_err(BodyError::from)?;
    // A SameSite=Lax cookie does not come with a form from another site. It comes with the link
    // that this makes of the form, so prompt=none is not refused to somebody who is signed in.
    let without_cookie = web.cookies.read(&request).is_none();
    if without_cookie && params.get("prompt") == Some("none") {
        let query = serde_urlencoded::to_string(params.iter().collect::<Vec<_>>());
        let query = query.map_err(|error| PageError::internal(&error))?;
        return Ok(see_other(&format!("{AUTHORIZE}?{query}"), None));
    }
    let for_login = if without_cookie { CONTINUE } else { LOGIN };
    begin(web, &request, params, for_login).await
}

async fn begin(
    web: Data<Web>,
    request: &HttpRequest,
    params: Params,
    for_login: &str,
) -> Result<HttpResponse, PageError> {
    let peer = throttle_key(peer_address(&web.proxies, request));
    web.authorization_requests.check(&peer).map_err(|wait| PageError::throttled(wait.seconds()))?;
    let (state, session) = (web.clone(), web.cookies.read(request));
    let step = web
        .db
        .run(move |tx| {
            let who = signed_in(tx, &state.ctx, session.as_ref())?;
            authorize::begin(tx, &state.ctx, &params, who.as_ref())
        })
        .await;
    answer(&web, request, step, for_login)
}

/// Goes on with a request that stands on the server already.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn resume(web: Data<Web>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let query = Params::parse(request.query_string().as_bytes()).map_err(BodyError::from)?;
    let handle = query.get("request").map(RequestHandle::new);
    let handle = handle.ok_or_else(PageError::request_is_over)?;
    let (state, session) = (web.clone(), web.cookies.read(&request));
    let step = web
        .db
        .run(move |tx| {
            let who = signed_in(tx, &state.ctx, session.as_ref())?;
            authorize::resume(tx, &state.ctx, &handle, who.as_ref())
        })
        .await;
    answer(&web, &request, step, LOGIN)
}

fn answer(
    web: &Web,
    request: &HttpRequest,
    step: Result<AuthorizeStep, Refused<AuthorizeRefusal>>,
    for_login: &str,
) -> Result<HttpResponse, PageError> {
    match step {
        Ok(AuthorizeStep::Login { request: handle }) => Ok(see_other(&with_handle(for_login, &handle), None)),
        Ok(AuthorizeStep::Consent(view)) => consent::show(web, request, &view),
        Ok(AuthorizeStep::Respond(answer)) => response::send(&answer),
        Err(refused) => refuse(refused),
    }
}

/// An error goes to the client where its redirect URI is known to be its own; else to a page.
pub(crate) fn refuse(refused: Refused<AuthorizeRefusal>) -> Result<HttpResponse, PageError> {
    match refused {
        Refused::Answer(AuthorizeRefusal::Respond(answer)) => response::send(&answer),
        Refused::Answer(AuthorizeRefusal::Page(error)) => Err(refusal_page(&error)),
        Refused::Fault(fault) => Err(fault.into()),
    }
}

/// RFC 6749 §4.1.2.1: with a bad client or redirect URI the person is told, and the browser is
/// sent nowhere.
fn refusal_page(error: &OAuthError) -> PageError {
    PageError::new(
        StatusCode::BAD_REQUEST,
        "This sign-in cannot go on",
        format!("The application's request was refused ({error})."),
        "Go back to the application and try again. If it happens again, show this page to whoever runs the application.",
    )
}

/// The handle is all that travels: what was validated stays on the server.
pub(crate) fn with_handle(path: &str, handle: &RequestHandle) -> String {
    let handle: String = url::form_urlencoded::byte_serialize(handle.secret().as_bytes()).collect();
    format!("{path}?request={handle}")
}
