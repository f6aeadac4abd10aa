//! The album's pages.

use std::sync::Arc;

use askama::Template;
use auth_core::params::Params;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use super::super::authorization_server::{ALBUM, secret_of};
use super::super::{World, page};
use crate::checks::{BrowserState, Registration};
use crate::lock;

#[derive(Template)]
#[template(path = "client_home.html")]
struct Home<'a> {
    /// Who is signed in in this browser.
    sub: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "profile.html")]
struct Profile<'a> {
    sub: &'a str,
    provider: &'a str,
    name: &'a str,
    photos: &'a [String],
}

/// The comments are written into the page as they came: cross-site scripting, in **both** twins. It
/// is the premise of the lesson `localstorage-xss`, not its subject.
#[derive(Template)]
#[template(path = "wall.html")]
struct Wall<'a> {
    comments: &'a [String],
}

/// The page of the JavaScript app. It loads a statistics script from another site, in both twins.
#[derive(Template)]
#[template(path = "spa.html")]
struct Spa<'a> {
    analytics: &'a str,
    /// What the authorization server answered instead of a code.
    error: Option<&'a str>,
}

pub(super) async fn home(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let signed_in = world.live().client.signed_in(&headers);
    let sub = signed_in.as_ref().map(|signed_in| signed_in.subject.as_str());
    page::page(StatusCode::OK, "Photo album", &Home { sub })
}

pub(super) async fn profile(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let live = world.live();
    let Some(signed_in) = live.client.signed_in(&headers) else {
        return page::problem(
            StatusCode::UNAUTHORIZED,
            "login_required",
            "Nobody is signed in in this browser.",
        );
    };
    let url = format!("{}/users/me", world.urls.api);
    let request = live.client.http.reqwest().get(url).header(crate::wire::ACTOR, "client");
    let answer = live.client.http.send(request.bearer_auth(&signed_in.access_token)).await;
    let me = answer.and_then(|answer| answer.success()?.json::<serde_json::Value>()).unwrap_or_default();
    let account = (signed_in.issuer.clone(), signed_in.subject.clone());
    let photos = lock(&live.client.photos).get(&account).cloned().unwrap_or_default();
    let main = Profile {
        sub: &signed_in.subject,
        provider: &signed_in.issuer,
        name: me["name"].as_str().unwrap_or("nothing"),
        photos: &photos,
    };
    page::page(StatusCode::OK, "Your album", &main)
}

pub(super) async fn add_photo(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let live = world.live();
    let Some(signed_in) = live.client.signed_in(&headers) else {
        return page::problem(
            StatusCode::UNAUTHORIZED,
            "login_required",
            "Nobody is signed in in this browser.",
        );
    };
    let form = Params::parse(&body).unwrap_or_default();
    let account = (signed_in.issuer, signed_in.subject);
    let photo = form.get("photo").unwrap_or("untitled").to_owned();
    lock(&live.client.photos).entry(account).or_default().push(photo);
    page::see_other("/profile")
}

pub(super) async fn wall(State(world): State<Arc<World>>) -> Response {
    let comments = lock(&world.live().client.wall).clone();
    page::page(StatusCode::OK, "The wall", &Wall { comments: &comments })
}

pub(super) async fn write_on_wall(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let form = Params::parse(&body).unwrap_or_default();
    lock(&world.live().client.wall).push(form.get("text").unwrap_or_default().to_owned());
    page::see_other("/wall")
}

/// What the page's script keeps in the browser.
pub(super) async fn session_script(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let script = match world.live().client.signed_in(&headers).map(|signed_in| signed_in.browser_state) {
        Some(BrowserState::LocalStorage(token)) => {
            format!("localStorage.setItem(\"access_token\", {});\n", serde_json::Value::from(token))
        }
        Some(BrowserState::HttpOnlyCookie) | None => {
            "// The session is a cookie that no script can read.\n".to_owned()
        }
    };
    javascript(script)
}

/// The app's bundle, which everybody can download.
pub(super) async fn app_script(State(world): State<Arc<World>>) -> Response {
    let registration = Registration {
        client_id: ALBUM,
        client_secret: &secret_of(ALBUM),
        issuer: &world.urls.authorization_server,
    };
    javascript(format!("const config = {};\n", (world.checks.frontend_config)(&registration)))
}

pub(super) async fn spa(State(world): State<Arc<World>>, RawQuery(query): RawQuery) -> Response {
    let analytics = format!("{}/analytics.js", world.urls.attacker);
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    page::page(StatusCode::OK, "Album", &Spa { analytics: &analytics, error: params.get("error") })
}

fn javascript(script: String) -> Response {
    ([(header::CONTENT_TYPE, "text/javascript")], script).into_response()
}
