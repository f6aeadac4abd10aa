//! The sign-in page.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use auth_core::headers::Csp;
use auth_core::params::Params;
use auth_core::password::PasswordError;
use auth_core::peer::actix::peer_address;
use auth_core::peer::throttle_key;
use auth_core::secret::{CsrfToken, Digest, Password, RequestHandle, SessionSecret};

use super::Web;
use super::authorize::{CONTINUE, with_handle};
use super::body::{BodyError, form};
use super::page::{PageError, page, see_other};
use super::session::SessionCookie;
use crate::db::{Fault, Refused};
use crate::models::login_attempts::{self, Wait};
use crate::models::sessions::Session;
use crate::models::users::User;
use crate::oauth::authorize::{self, RequestSummary};

pub(crate) const LOGIN: &str = "/accounts/login";

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    client: Option<&'a str>,
    problem: Option<&'a str>,
    csrf_token: CsrfToken,
    request: Option<&'a str>,
    username: &'a str,
}

#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn get(web: Data<Web>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let query = Params::parse(request.query_string().as_bytes()).map_err(BodyError::from)?;
    let handle = query.get("request");
    let summary = summary(&web, handle).await?;
    if summary.is_none() && web.current_user(&request).await?.is_some() {
        return Ok(see_other("/", None));
    }
    let login_hint = summary.as_ref().and_then(|s| s.login_hint.clone());
    let form = Form {
        handle,
        summary: summary.as_ref(),
        username: login_hint.as_deref().unwrap_or_default(),
        problem: None,
    };
    show(&web, &request, StatusCode::OK, form)
}

#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn post(
    web: Data<Web>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, PageError> {
    let form = form(&request, payload, &[]).await?;
    // An attacker who signs a victim in as somebody else learns what the victim then does, so this
    // form is protected like every other.
    let cookie = web.check_own_form(&request, &form)?;
    let handle = form.get("request");
    let username = form.get("username").unwrap_or_default();
    let password = Password::new(form.get("password").unwrap_or_default());

    count_attempt(&web, &request, username).await?;
    let Some(user) = verify(&web, username, &password).await? else {
        let summary = summary(&web, handle).await?;
        let again = Form {
            handle,
            summary: summary.as_ref(),
            username,
            problem: Some("Username and password do not match. Try again."),
        };
        return show(&web, &request, StatusCode::FORBIDDEN, again);
    };
    // ANCHOR: way_on
    let secret = start_session(&web, user, cookie).await?;
    // The way on is a request that stands on this server, never an address that the form brought
    // (RFC 9700 §4.11).
    let next = match handle {
        Some(handle) => with_handle(CONTINUE, &RequestHandle::new(handle)),
        None => String::from("/"),
    };
    Ok(see_other(&next, Some(web.cookies.cookie(&secret))))
    // ANCHOR_END: way_on
}

/// Counts an attempt before the password is looked at (RFC 6819 §5.1.4.2.4), whether or not there is such an
/// account, or the throttle would tell which there are. The address comes first: one that is held back
/// already uses up nobody's attempts, and makes the database no work.
async fn count_attempt(web: &Data<Web>, request: &HttpRequest, username: &str) -> Result<(), PageError> {
    let peer = throttle_key(peer_address(&web.proxies, request));
    web.logins.check(&peer).map_err(|wait| PageError::throttled(wait.seconds()))?;
    let account = Digest::of(username.trim().to_lowercase().as_bytes()).into();
    let state = web.clone();
    let counted = web.db.run(move |tx| {
        let (most, now) = (state.logins_per_account, state.ctx.now());
        Ok::<_, Refused<PageError>>(login_attempts::count(tx, &account, most, now)?)
    });
    counted.await?.map_err(|Wait(wait)| {
        // The log gets no name: people type passwords there.
        tracing::warn!(seconds = wait.as_secs(), "sign-in to an account is throttled");
        PageError::throttled(wait.as_secs())
    })
}

/// What a form that is already waiting is about. One that nobody can continue is an error.
async fn summary(web: &Data<Web>, handle: Option<&str>) -> Result<Option<RequestSummary>, PageError> {
    let Some(handle) = handle.map(RequestHandle::new) else {
        return Ok(None);
    };
    let state = web.clone();
    let summary = web
        .db
        .run(move |tx| Ok::<_, Refused<PageError>>(authorize::summary(tx, &state.ctx, &handle)?))
        .await?;
    summary.map(Some).ok_or_else(PageError::request_is_over)
}

/// The user, if the password is right. For an unknown or deactivated one the same work is done,
/// and the answer is the same.
async fn verify(web: &Data<Web>, username: &str, password: &Password) -> Result<Option<User>, PageError> {
    let name = username.to_owned();
    let user = web.db.run(move |tx| Ok::<_, Refused<PageError>>(User::by_username(tx, &name)?)).await?;
    let stored = user.as_ref().map(|user| user.password_hash.as_str());
    let verification = web.passwords.verify(password, stored).await;
    let verification = verification.map_err(|error| match error {
        PasswordError::Busy => PageError::busy(),
        error => PageError::internal(&error),
    })?;
    let Some(user) = user.filter(|user| verification.ok && user.active) else {
        return Ok(None);
    };
    if let Some(upgrade) = verification.upgrade {
        let user = user.clone();
        web.db.run(move |tx| Ok::<_, Refused<PageError>>(user.upgrade_password_hash(tx, &upgrade)?)).await?;
    }
    Ok(Some(user))
}

/// Every sign-in ends the session that the browser had and starts another under a new secret.
async fn start_session(
    web: &Data<Web>,
    user: User,
    cookie: SessionCookie,
) -> Result<SessionSecret, PageError> {
    let state = web.clone();
    let secret = web
        .db
        .run(move |tx| {
            Session::end(tx, &cookie.secret().digest().into())?;
            let now = state.ctx.now();
            let started: Result<_, Fault> = Session::start(tx, now, state.session_lifetime, Some(&user.id));
            Ok::<_, Refused<PageError>>(started?.0)
        })
        .await?;
    Ok(secret)
}

struct Form<'a> {
    handle: Option<&'a str>,
    summary: Option<&'a RequestSummary>,
    username: &'a str,
    problem: Option<&'a str>,
}

fn show(
    web: &Web,
    request: &HttpRequest,
    status: StatusCode,
    form: Form<'_>,
) -> Result<HttpResponse, PageError> {
    let session = web.cookies.read_or_make(request);
    let main = LoginPage {
        client: form.summary.map(|summary| summary.client_name.as_str()),
        problem: form.problem,
        csrf_token: session.csrf_token(),
        request: form.handle,
        username: form.username,
    };
    // After sign-in a remembered consent leads straight to the client, and Chromium applies
    // form-action to that redirect as well.
    let origin = form.summary.map(|summary| summary.redirect_origin.as_str());
    let csp = Csp::strict().form_action(origin);
    let mut response = page(status, "Sign in", None, csp, &main)?;
    if let Some(cookie) = web.cookies.if_new(&session) {
        response.add_cookie(&cookie).map_err(|error| PageError::internal(&error))?;
    }
    Ok(response)
}
