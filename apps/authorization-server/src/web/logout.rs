//! Logging out of this server. What applications were given is not taken back by it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use auth_core::headers::Csp;
use auth_core::params::Params;
use auth_core::secret::{CsrfToken, RequestHandle};

use super::Web;
use super::authorize::with_handle;
use super::body::{BodyError, form};
use super::login::LOGIN;
use super::page::{PageError, page, see_other};
use super::session::signed_in;
use crate::db::Refused;
use crate::models::sessions::Session;
use crate::oauth::authorize;

pub(crate) const LOGOUT: &str = "/accounts/logout";

#[derive(Template)]
#[template(path = "logout.html")]
struct LogoutPage<'a> {
    username: Option<&'a str>,
    csrf_token: CsrfToken,
    request: Option<&'a str>,
}

/// Asks first. Only the 'Not you?' link of our own consent page logs out at once and leads back
/// to the sign-in for the same request: it carries the handle of a request that was shown to this
/// very session, which no other site knows, and the browser says that it was followed here.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn get(web: Data<Web>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let query = Params::parse(request.query_string().as_bytes()).map_err(BodyError::from)?;
    let handle = query.get("request");
    if let Some(handle) = handle
        && is_followed_here(&request)
        && is_on_its_consent_page(&web, &request, handle).await?
    {
        return end(&web, &request, Some(handle)).await;
    }
    let user = web.current_user(&request).await?;
    let session = web.cookies.read_or_make(&request);
    let main = LogoutPage {
        username: user.as_ref().map(|user| user.username.as_str()),
        csrf_token: session.csrf_token(),
        request: handle,
    };
    let title = if user.is_some() { "Log out" } else { "Logged out" };
    page(StatusCode::OK, title, main.username, Csp::strict(), &main)
}

#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn post(
    web: Data<Web>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    let form = form(&request, payload, &[]).await?;
    web.check_own_form(&request, &form)?;
    end(&web, &request, form.get("request")).await
}

async fn end(
    web: &Data<Web>,
    request: &HttpRequest,
    handle: Option<&str>,
) -> Result<HttpResponse, PageError> {
    if let Some(cookie) = web.cookies.read(request) {
        web.db
            .run(move |tx| {
                Session::end(tx, &cookie.secret().digest().into())?;
                Ok::<_, Refused<PageError>>(())
            })
            .await?;
    }
    let next = match handle {
        Some(handle) => with_handle(LOGIN, &RequestHandle::new(handle)),
        None => String::from(LOGOUT),
    };
    Ok(see_other(&next, Some(web.cookies.removal())))
}

/// A browser that does not say where a link was followed is too old to; the handle decides then.
fn is_followed_here(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site");
    site.is_none_or(|site| site == "same-origin")
}

/// Anybody can have a live request of their own and put its handle into a link; but not one that this
/// session was asked about. Whom a second click finds logged out already has nothing to lose.
async fn is_on_its_consent_page(
    web: &Data<Web>,
    request: &HttpRequest,
    handle: &str,
) -> Result<bool, PageError> {
    let (state, cookie) = (web.clone(), web.cookies.read(request));
    let handle = RequestHandle::new(handle);
    let asked = web.db.run(move |tx| {
        Ok::<_, Refused<PageError>>(match signed_in(tx, &state.ctx, cookie.as_ref())? {
            Some(who) => authorize::was_asked(tx, &state.ctx, &handle, &who)?,
            None => true,
        })
    });
    Ok(asked.await?)
}
