//! The inspector over HTTP: what each route accepts, refuses and shows.

#![allow(clippy::unwrap_used)]

mod refusals;
mod reporting;
mod showing;
mod streaming;
pub(crate) mod walk;

use auth_core::wire::Message;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::Store;
use crate::settings::{Addresses, Ports};

const PORTS: Ports = Ports {
    playground: 8080,
    authorization_server: 9000,
    client: 8000,
    resource_api: 8002,
    password_bearer_api: 8001,
};

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

fn router(store: &Store) -> Router {
    super::router(store.clone(), &Addresses::new("http", &PORTS), CancellationToken::new())
}

fn filled(messages: impl IntoIterator<Item = Message>) -> Store {
    let store = Store::default();
    messages.into_iter().for_each(|message| store.add(message));
    store
}

/// A request of the reader's browser to localhost, if no header says otherwise.
async fn send(store: &Store, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    let named = |name: &str| headers.iter().any(|(header, _)| *header == name);
    if !named("host") {
        request = request.header(header::HOST, "localhost:8080");
    }
    if !named("cookie") {
        request = request.header(header::COOKIE, format!("wire_browser={}", walk::ME));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = router(store).oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (head, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: head.status, headers: head.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

async fn get(store: &Store, path: &str) -> Answer {
    send(store, "GET", path, &[], "").await
}
