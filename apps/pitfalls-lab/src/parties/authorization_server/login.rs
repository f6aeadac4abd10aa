//! Signing in with a password.

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use auth_core::params::Params;
use auth_core::secret::{CsrfToken, Password, SessionSecret};
use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::super::{Live, World, page};
use super::{COOKIE, Session, authorize, password_of, user};
use crate::checks::{PasswordCheck, PeerCheck};
use crate::lock;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    request: &'a str,
    hint: &'a str,
}

pub(super) async fn form(State(world): State<Arc<World>>, RawQuery(query): RawQuery) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let request = params.get("request").unwrap_or_default();
    let main = LoginPage { request, hint: &password_of("alice") };
    let pending = lock(&world.live().authorization_server.requests).get(request).cloned();
    authorize::leading_to(pending.as_ref(), page::page(StatusCode::OK, "Sign in", &main))
}

pub(super) async fn sign_in(
    State(world): State<Arc<World>>,
    ConnectInfo(socket): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let live = world.live();
    let form = Params::parse(&body).unwrap_or_default();
    let username = form.get("username").unwrap_or_default();
    match authenticated(&world, &live, &headers, socket, username, form.get("password").unwrap_or_default())
        .await
    {
        Err(refusal) => refusal,
        Ok(None) => {
            page::problem(StatusCode::UNAUTHORIZED, "invalid_grant", "User name or password is wrong.")
        }
        Ok(Some(username)) => {
            let session = SessionSecret::generate();
            let csrf = CsrfToken::generate().secret().to_owned();
            lock(&live.authorization_server.sessions)
                .insert(session.secret().to_owned(), Session { username: username.to_owned(), csrf });
            let status = (world.checks.login_redirect)();
            let handle = form.get("request").unwrap_or_default();
            let mut response = authorize::signed_in(&world, &live, handle, username, status);
            let cookie = format!("{COOKIE}={}; Path=/; HttpOnly", session.secret());
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
    }
}

/// Who this is, if the password is right. Shared with the API's own `/token`.
pub(crate) async fn authenticated(
    world: &World,
    live: &Live,
    headers: &HeaderMap,
    socket: SocketAddr,
    username: &str,
    password: &str,
) -> Result<Option<&'static str>, Response> {
    let values = |name: &str| -> Vec<&str> {
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    };
    let check = PeerCheck {
        socket: socket.ip(),
        x_forwarded_for: &values("x-forwarded-for"),
        forwarded: &values("forwarded"),
    };
    let peer = (world.checks.peer)(&check);
    if let Err(wait) = live.authorization_server.throttle.check(username, peer) {
        let body = serde_json::json!({ "error": "too_many_attempts", "error_description": wait.to_string() });
        let mut response = page::json(StatusCode::TOO_MANY_REQUESTS, &body).into_response();
        response.headers_mut().insert(header::RETRY_AFTER, wait.seconds().into());
        return Err(response);
    }
    let known = user(username);
    let check = PasswordCheck {
        username: username.to_owned(),
        password: Password::new(password),
        stored: known.map(|user| user.password_hash.clone()),
    };
    Ok(if (world.checks.password)(check).await { known.map(|user| user.username) } else { None })
}
