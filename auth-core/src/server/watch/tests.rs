//! What is recorded, by a server of each framework alike; and that nothing is where nobody watches.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod listen;
mod places;
mod same;
mod whose;

use std::future::Future;

use actix_web::web;
use axum::routing::{get, post};
use reqwest::{Client, Method, RequestBuilder, Response};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::http_client::HttpClient;
use crate::server::{self, Limits, Listen, Server};
use crate::wire::{Body, Message, Value, Wire};

struct Watched {
    base: String,
    client: Client,
    messages: mpsc::Receiver<Message>,
    _stop: tokio_util::sync::DropGuard,
}

fn listener() -> std::net::TcpListener {
    Listen::Address(([127, 0, 0, 1], 0).into()).bind("LISTEN").unwrap()
}

/// Asks itself, as a client asks an authorization server.
async fn asks(port: u16) -> &'static str {
    let http = HttpClient::new().unwrap();
    http.post_form(&format!("http://localhost:{port}/echo"), None, &[("code", "c")]).await.unwrap();
    "asked"
}

/// One event at once; the next one never comes.
fn events() -> impl futures::Stream<Item = Result<bytes::Bytes, std::io::Error>> {
    use futures::StreamExt;
    futures::stream::iter([Ok(bytes::Bytes::from_static(b"data: 1\n\n"))]).chain(futures::stream::pending())
}

fn port_of(listener: &std::net::TcpListener) -> u16 {
    listener.local_addr().unwrap().port()
}

fn limits() -> Limits {
    Limits { body: 4096, request: std::time::Duration::from_secs(2), ..Limits::default() }
}

fn an_axum_server() -> Server {
    let listener = listener();
    let port = port_of(&listener);
    let router = axum::Router::new()
        .route("/page", get(|| async { axum::response::Html("<title>Sign in</title>") }))
        .route("/echo", post(|body: bytes::Bytes| async move { body.len().to_string() }))
        .route(
            "/panic",
            get(|| async {
                if true {
                    panic!("a reason")
                }
            }),
        )
        .route("/private", post(|| async { axum::http::StatusCode::UNAUTHORIZED }))
        .route("/whole", post(|body: bytes::Bytes| async { ([("content-type", "application/json")], body) }))
        .route(
            "/moved",
            get(|headers: axum::http::HeaderMap| async move { [("location", headers["x-to"].clone())] }),
        )
        .route("/events", get(|| async { axum::body::Body::from_stream(events()) }))
        .route("/ask", get(move || asks(port)));
    server::axum(listener, router, limits()).unwrap()
}

fn an_actix_server() -> Server {
    let listener = listener();
    let port = port_of(&listener);
    let configure = move |config: &mut web::ServiceConfig| {
        config
            .route("/page", web::get().to(async || web::Html::new("<title>Sign in</title>")))
            .route("/echo", web::post().to(async |body: web::Bytes| body.len().to_string()))
            .route("/panic", web::get().to(async || if true { panic!("a reason") } else { "" }))
            .route("/private", web::post().to(actix_web::HttpResponse::Unauthorized))
            .route(
                "/whole",
                web::post().to(async |body: web::Bytes| {
                    actix_web::HttpResponse::Ok().content_type("application/json").body(body)
                }),
            )
            .route(
                "/moved",
                web::get().to(async |request: actix_web::HttpRequest| {
                    let to = request.headers().get("x-to").unwrap().clone();
                    actix_web::HttpResponse::Ok().insert_header(("location", to)).finish()
                }),
            )
            .route("/events", web::get().to(async || actix_web::HttpResponse::Ok().streaming(events())))
            .route("/ask", web::get().to(move || asks(port)));
    };
    server::actix(listener, configure, limits()).unwrap()
}

impl Watched {
    fn start(server: Server, watched: bool) -> Watched {
        let (sender, messages) = mpsc::channel(256);
        let wire = Wire::new("a-party", "http://localhost", sender).unwrap();
        let server = server.watched(watched.then_some(wire));
        let base = format!("http://localhost:{}", server.addr().port());
        let stop = CancellationToken::new();
        tokio::spawn(server.run(stop.clone()));
        Watched { base, client: Client::new(), messages, _stop: stop.drop_guard() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    async fn as_browser(&self, path: &str) -> Response {
        self.request(Method::GET, path).header("sec-fetch-site", "none").send().await.unwrap()
    }

    async fn message(&mut self) -> Message {
        let message = tokio::time::timeout(std::time::Duration::from_secs(5), self.messages.recv());
        message.await.expect("a message").unwrap()
    }

    fn nothing_came(&mut self) {
        assert!(self.messages.try_recv().is_err());
    }
}

async fn both<F: Future<Output = ()>>(watched: bool, test: impl Fn(Watched) -> F) {
    test(Watched::start(an_axum_server(), watched)).await;
    test(Watched::start(an_actix_server(), watched)).await;
}

#[tokio::test]
async fn a_browser_is_named_by_a_cookie_and_known_again() {
    both(true, async |mut server| {
        let response = server.as_browser("/page?client_id=notes&code=0123456789abcdefghij").await;
        let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        let first = server.message().await;
        let name = first.browser.clone().unwrap();
        assert!(cookie.starts_with(&format!("wire_browser={name};")));
        assert_eq!((first.from.as_str(), first.to.as_str(), first.status), ("browser", "a-party", 200));
        assert_eq!((first.method.as_str(), first.path.as_str()), ("GET", "/page"));
        assert_eq!(first.query[0].value, Value::Text("notes".into()));
        assert!(matches!(first.query[1].value, Value::Redacted { bytes: 20, .. }));
        assert_eq!(first.response_body, Body::Page { title: Some("Sign in".into()), bytes: 22 });
        assert_eq!(response.text().await.unwrap(), "<title>Sign in</title>");

        let again = server.request(Method::GET, "/page").header("sec-fetch-site", "none");
        let again = again.header("cookie", format!("wire_browser={name}")).send().await.unwrap();
        assert!(again.headers().get("set-cookie").is_none());
        assert_eq!(server.message().await.browser, Some(name));
    })
    .await;
}

#[tokio::test]
async fn what_a_party_asks_for_a_browser_belongs_to_that_browser() {
    both(true, async |mut server| {
        server.as_browser("/ask").await;
        let (inner, outer) = (server.message().await, server.message().await);
        assert_eq!((inner.from.as_str(), inner.path.as_str()), ("a-party", "/echo"));
        assert_eq!((outer.from.as_str(), outer.path.as_str()), ("browser", "/ask"));
        assert!(inner.browser.is_some());
        assert_eq!(inner.browser, outer.browser);
        assert!(outer.started_us < inner.started_us);
        assert!(matches!(&inner.request_body, Body::Form(fields) if fields.len() == 1), "{inner:?}");
        assert!(inner.request_headers.iter().all(|field| !field.name.starts_with("wire-")));
    })
    .await;
}

#[tokio::test]
async fn other_programs_get_no_cookie_and_belong_to_no_browser() {
    both(true, async |mut server| {
        let response = server.request(Method::GET, "/page").send().await.unwrap();
        assert!(response.headers().get("set-cookie").is_none());
        let message = server.message().await;
        assert_eq!((message.from.as_str(), message.browser), ("program", None));
    })
    .await;
}

#[tokio::test]
async fn refusals_are_recorded_too() {
    both(true, async |mut server| {
        assert_eq!(server.as_browser("/missing").await.status(), 404);
        assert_eq!(server.message().await.status, 404);
        assert_eq!(server.as_browser("/panic").await.status(), 500);
        assert_eq!(server.message().await.status, 500);
        let in_chunks = futures::stream::iter((0..5).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 1000])));
        for body in [reqwest::Body::from("x".repeat(5000)), reqwest::Body::wrap_stream(in_chunks)] {
            let too_long = server.request(Method::POST, "/echo").body(body).send().await.unwrap();
            assert_eq!(too_long.status(), 413);
            assert_eq!(server.message().await.status, 413);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_addressed_to_another_host_is_not_recorded() {
    both(true, async |mut server| {
        for host in
            ["auth.example.com", "localhost.example.com", "192.168.1.7:9000", "alice:password@localhost"]
        {
            let request = server.request(Method::GET, "/page").header("host", host);
            let response = request.header("sec-fetch-site", "none").send().await.unwrap();
            assert!(response.headers().get("set-cookie").is_none(), "{host}");
        }
        for proxied in ["x-forwarded-for", "x-forwarded-host", "forwarded", "via"] {
            server.request(Method::GET, "/page").header(proxied, "203.0.113.9").send().await.unwrap();
        }
        let picture = server.request(Method::GET, "/page").header("sec-fetch-site", "cross-site");
        picture.header("sec-fetch-mode", "no-cors").send().await.unwrap();
        for furniture in ["/site.css", "/favicon.ico", "/healthz"] {
            server.as_browser(furniture).await;
        }
        server.nothing_came();
    })
    .await;
}

#[tokio::test]
async fn where_nobody_watches_nothing_is_recorded_set_or_sent_on() {
    both(false, async |mut server| {
        let response = server.as_browser("/ask").await;
        assert!(response.headers().get("set-cookie").is_none());
        server.nothing_came();
        assert_eq!(crate::wire::calling(), None);
    })
    .await;
}
