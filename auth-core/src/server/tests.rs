//! The same requests to a server of each framework: the answers must not differ.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use ::axum::routing::{get, post};
use actix_web::{HttpResponse, web};
use reqwest::{Client, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::pages::STYLESHEET_PATH;

struct Running {
    base: String,
    client: Client,
    shutdown: CancellationToken,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    fn start(server: Result<Server, StartError>) -> Running {
        let server = server.unwrap().ready_when(|| async { Err("no database".into()) });
        let shutdown = CancellationToken::new();
        Running {
            base: format!("http://{}", server.addr()),
            client: Client::new(),
            shutdown: shutdown.clone(),
            task: tokio::spawn(server.run(shutdown)),
        }
    }

    async fn get(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.base);
        self.client.get(url).send().await.unwrap()
    }

    async fn post(&self, content_type: &str, length: usize) -> Response {
        let url = format!("{}/echo", self.base);
        // A stream has no length of its own, so the body is sent in chunks.
        let chunks = (0..length / 1024).map(|_| Ok::<_, io::Error>(vec![b'a'; 1024]));
        let body = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
        let request = self.client.post(url).header("content-type", content_type);
        request.body(body).send().await.unwrap()
    }

    async fn connect(&self) -> TcpStream {
        let addr = self.base.trim_start_matches("http://");
        TcpStream::connect(addr).await.unwrap()
    }
}

fn limits() -> Limits {
    Limits { head: Duration::from_secs(1), request: Duration::from_secs(1), ..Limits::default() }
}

fn listener() -> TcpListener {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    Listen::Address(any).bind("LISTEN").unwrap()
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_millis(500)).await;
    "done"
}

fn an_axum_server() -> Running {
    let router = ::axum::Router::new()
        .route(
            "/panic",
            get(|| async {
                if true {
                    panic!("a secret reason")
                }
            }),
        )
        .route("/hang", get(std::future::pending::<()>))
        .route("/slow", get(slow))
        .route("/echo", post(|body: bytes::Bytes| async move { body.len().to_string() }));
    Running::start(super::axum(listener(), router, limits()))
}

fn an_actix_server() -> Running {
    async fn panics() -> HttpResponse {
        panic!("a secret reason")
    }
    let configure = |cfg: &mut web::ServiceConfig| {
        cfg.route("/panic", web::get().to(panics))
            .route("/hang", web::get().to(std::future::pending::<HttpResponse>))
            .route("/slow", web::get().to(slow))
            .route("/echo", web::post().to(|body: web::Bytes| async move { body.len().to_string() }));
    };
    Running::start(super::actix(listener(), configure, limits()))
}

async fn both<F, Fut>(test: F)
where
    F: Fn(Running) -> Fut,
    Fut: Future<Output = ()>,
{
    test(an_axum_server()).await;
    test(an_actix_server()).await;
}

#[tokio::test]
async fn health_and_files_are_answered_by_the_shell() {
    both(|server| async move {
        assert_eq!(server.get("/healthz").await.status(), 200);
        assert_eq!(server.get("/readyz").await.status(), 503);
        let styles = server.get(&STYLESHEET_PATH).await;
        assert_eq!(styles.status(), 200);
        assert_eq!(styles.headers()["content-type"], "text/css; charset=utf-8");
        assert_eq!(styles.headers()["x-content-type-options"], "nosniff");
        let caching = styles.headers()["cache-control"].to_str().unwrap();
        assert!(caching.contains("immutable"));
    })
    .await;
}

#[tokio::test]
async fn what_the_app_does_not_know_has_the_headers_too() {
    both(|server| async move {
        let missing = server.get("/missing").await;
        assert_eq!(missing.status(), 404);
        assert_eq!(missing.headers()["x-content-type-options"], "nosniff");
        assert_eq!(missing.headers()["cache-control"], "no-store");
    })
    .await;
}

#[tokio::test]
async fn a_panic_is_a_500_with_a_reference_and_the_server_lives_on() {
    both(|server| async move {
        let answer = server.get("/panic").await;
        assert_eq!(answer.status(), 500);
        let json: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(json["error"], "server_error");
        assert_eq!(json["reference"].as_str().unwrap().len(), 10);
        assert!(!json.to_string().contains("secret reason"));

        let url = format!("{}/panic", server.base);
        let page = server.client.get(url).header("accept", "text/html,*/*;q=0.8");
        let page = page.send().await.unwrap();
        assert_eq!(page.status(), 500);
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("style-src 'self'"), "{policy}");
        assert!(page.text().await.unwrap().contains("Something went wrong"));
        assert_eq!(server.get("/slow").await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_a_503() {
    both(|server| async move {
        let answer = server.get("/hang").await;
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["retry-after"], "5");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    })
    .await;
}

#[tokio::test]
async fn a_form_is_limited_before_another_body_is() {
    both(|server| async move {
        const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
        const JSON: &str = "application/json";
        const KIB: usize = 1024;
        for (content_type, length, status) in [
            (FORM, 64 * KIB, 200),
            (FORM, 65 * KIB, 413),
            (JSON, 65 * KIB, 200),
            (JSON, 1024 * KIB, 200),
            (JSON, 1025 * KIB, 413),
        ] {
            let answer = server.post(content_type, length).await;
            assert_eq!(answer.status(), status, "{content_type} {length}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_announced_length_above_the_limit_is_refused_unread() {
    both(|server| async move {
        let mut stream = server.connect().await;
        let head = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2000000\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 413");
    })
    .await;
}

#[tokio::test]
async fn a_client_that_does_not_send_its_head_is_let_go() {
    both(|server| async move {
        for beginning in ["", "GET / HTTP/1.1\r\nhost: a\r\nx-slow"] {
            let mut stream = server.connect().await;
            stream.write_all(beginning.as_bytes()).await.unwrap();
            let mut rest = Vec::new();
            let closed = stream.read_to_end(&mut rest);
            let closed = tokio::time::timeout(Duration::from_secs(8), closed).await;
            assert!(closed.is_ok(), "still open after '{beginning}'");
        }
    })
    .await;
}

#[tokio::test]
async fn shutdown_finishes_what_began_and_ends_in_time() {
    both(|server| async move {
        // A connection that stays open idle, as browsers keep them, must not hold up the end.
        let idle = server.get("/healthz").await;
        assert_eq!(idle.status(), 200);
        let silent = server.connect().await;

        let client = Client::new();
        let request = client.get(format!("{}/slow", server.base)).send();
        let request = tokio::spawn(request);
        tokio::time::sleep(Duration::from_millis(150)).await;
        let signal = Instant::now();
        server.shutdown.cancel();
        let answer = request.await.unwrap().unwrap();
        assert_eq!(answer.text().await.unwrap(), "done");
        server.task.await.unwrap().unwrap();
        assert!(signal.elapsed() < Duration::from_secs(5), "{:?}", signal.elapsed());
        let refused = client.get(format!("{}/healthz", server.base)).send();
        assert!(refused.await.is_err());
        drop(silent);
    })
    .await;
}
