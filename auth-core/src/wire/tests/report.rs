//! Messages on their way to an inspector in another process.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::StatusCode;

use super::*;
use crate::wire::size::{LARGEST, json};

/// What the inspector's own limits are.
const LONGEST_REPORT: usize = 1024 * 1024;
const LARGEST_KEPT: usize = 512 * 1024;

pub(super) fn message(id: &str) -> Message {
    Message {
        id: id.to_owned(),
        started_us: 0,
        took_us: 0,
        browser: None,
        from: "program".to_owned(),
        to: "a-party".to_owned(),
        method: "GET".to_owned(),
        path: "/".to_owned(),
        query: Vec::new(),
        request_headers: Vec::new(),
        request_body: Body::Empty,
        status: 200,
        response_headers: Vec::new(),
        response_body: Body::Empty,
        handlers: Vec::new(),
    }
}

/// As long as a message of many long fields can become.
fn long(id: &str) -> Message {
    let field = |index| Field { name: format!("f{index}"), value: Value::Text("é\u{1}".repeat(500)) };
    Message { request_body: Body::Form((0..100).map(field).collect()), ..message(id) }
}

/// An inspector that refuses what ours does, and one message besides. Returns its address and what it took.
async fn inspector() -> (Url, Arc<Mutex<Vec<Message>>>) {
    let taken = Arc::<Mutex<Vec<Message>>>::default();
    let into = taken.clone();
    let post = axum::routing::post(async move |body: Bytes| {
        let messages: Vec<Message> = serde_json::from_slice(&body).unwrap();
        if body.len() > LONGEST_REPORT || messages.iter().any(|message| message.id == "refused") {
            return StatusCode::PAYLOAD_TOO_LARGE;
        }
        into.lock().unwrap().extend(messages);
        StatusCode::NO_CONTENT
    });
    let router = axum::Router::new().route(MESSAGES, post).layer(axum::extract::DefaultBodyLimit::disable());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}{MESSAGES}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, taken)
}

async fn reported(messages: impl IntoIterator<Item = Message>) -> Vec<Message> {
    let (url, taken) = inspector().await;
    let (sender, receiver) = mpsc::channel(256);
    let wire = Wire::new("a-party", "http://localhost", sender).unwrap();
    messages.into_iter().for_each(|message| wire.send(message));
    drop(wire);
    crate::wire::report::forward(receiver, url).await;
    std::mem::take(&mut *taken.lock().unwrap())
}

#[tokio::test]
async fn a_message_that_is_refused_takes_no_other_with_it() {
    let all = (0..40).map(|index| message(if index == 7 { "refused" } else { "good" }));
    assert_eq!(reported(all).await.len(), 39);
}

/// Counts what is logged as a warning.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<usize>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Warnings {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if *event.metadata().level() == tracing::Level::WARN {
            *self.0.lock().unwrap() += 1;
        }
    }
}

#[tokio::test]
async fn an_inspector_that_refuses_everything_is_logged_once() {
    use tracing_subscriber::layer::SubscriberExt as _;
    let warnings = Warnings::default();
    // While there is one subscriber alone, tracing asks the thread that meets an event first whether anybody listens;
    // that may be another test's, where nobody does. With two it asks both.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(warnings.clone()));
    assert!(reported((0..200).map(|_| message("refused"))).await.is_empty());
    drop(guard);
    assert_eq!(*warnings.0.lock().unwrap(), 1);
}

#[tokio::test]
async fn long_messages_all_arrive_however_many_there_are() {
    let taken = reported((0..40).map(|_| long("long"))).await;
    assert_eq!(taken.len(), 40);
    assert!(taken.iter().all(|message| json(message).len() < LARGEST_KEPT));
}

#[tokio::test]
async fn of_a_message_that_is_too_long_a_stub_arrives() {
    let large = |name: &str| Field { name: name.to_owned(), value: Value::Token(token()) };
    let fields = || (0..100).map(|_| large("token")).collect::<Vec<_>>();
    let too_long =
        Message { request_body: Body::Form(fields()), response_headers: fields(), ..message("long") };
    let taken = reported([too_long]).await;
    let Body::Other { content_type, bytes: Some(bytes) } = &taken[0].request_body else { panic!() };
    assert_eq!(content_type, "too large to show");
    assert!(*bytes > LARGEST && json(&taken[0]).len() < 10_000);
    assert_eq!(taken[0].response_headers.len(), 1);
}

fn token() -> Token {
    let claims = (0..90).map(|index| (format!("c{index}"), "x ".repeat(400).into()));
    Token {
        header: serde_json::Value::Null,
        claims: serde_json::Value::Object(claims.collect()),
        fingerprint: String::new(),
    }
}

/// What a server of the workspace answered must never be something that the inspector can't read.
#[test]
fn a_token_as_deep_as_json_can_be_stays_readable() {
    use base64::Engine as _;
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(120), "]".repeat(120));
    let token = format!("{}.{}.c2ln", part(r#"{"alg":"ES256"}"#), part(&deep));
    let fields = query_fields(&format!("token={token}"));
    assert!(matches!(fields[0].value, Value::Token(_)));
    let message = Message { request_body: Body::Form(fields), ..message("deep") };
    assert!(serde_json::from_str::<Vec<Message>>(&format!("[{}]", json(&message))).is_ok());
}
