//! The worker, as the process that it is: one round with `--once`, rounds for ever otherwise. The
//! authorization server and the API are real in the first tests and played in the others.

use std::{
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tests::{
    Stack,
    command::{Running, all_written, command, run},
    stub::{Answer, Asked, Stub},
};

const SECRET: &str = "the-workers-own-secret-7c1f0e5b2a9d4386";

fn worker(issuer: &str, client_id: &str, secret: &str, api_url: &str) -> Command {
    let mut command = command("client-credentials-worker");
    command
        .env("ISSUER", issuer)
        .env("CLIENT_ID", client_id)
        .env("CLIENT_SECRET", secret)
        .env("SCOPES", "reports:write")
        .env("RESOURCE", api_url)
        .env("API_URL", api_url)
        .env("RUST_LOG", "trace");
    command
}

fn once(mut command: Command) -> (bool, String) {
    command.arg("--once");
    let output = run(command, "");
    (output.status.success(), all_written(&output))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test]
async fn a_note_gets_its_report() {
    let stack = Stack::start().await;
    let alice = stack.server.tokens_of("alice", &stack.web, "notes:read notes:write").await.access_token;
    let note = Some(json!({ "text": "one two three\nfour" }));
    stack.ask_api("POST", "/notes", Some(&alice), note).await.expect(201);
    let command =
        worker(&stack.server.issuer, &stack.worker.client_id, stack.worker.secret(), &stack.api_url);
    let (done, log) = blocking(move || once(command)).await;
    assert!(done, "{log}");
    assert!(!log.contains(stack.worker.secret()) && !log.contains("eyJ"), "the log shows a secret: {log}");
    let notes = stack.ask_api("GET", "/notes", Some(&alice), None).await.expect(200).json();
    assert_eq!(notes[0]["report"]["words"], 4, "{notes}");
    assert_eq!(notes[0]["report"]["lines"], 2, "{notes}");
}

#[tokio::test]
async fn a_wrong_secret_is_an_error_that_names_what_to_look_at_and_not_the_secret() {
    let stack = Stack::start().await;
    let command = worker(&stack.server.issuer, &stack.worker.client_id, SECRET, &stack.api_url);
    let (done, log) = blocking(move || once(command)).await;
    assert!(!done);
    assert!(log.contains("invalid_client"), "{log}");
    assert!(!log.contains(SECRET), "{log}");
}

/// An authorization server and an API in one, played: tokens are numbered, the API does what it is told.
async fn played(api: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static) -> Stub {
    let (tokens, calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Stub::start_knowing_itself(move |url| {
        let url = url.to_owned();
        move |asked: &Asked| match asked.path.as_str() {
            "/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server" => {
                Answer::json(200, metadata(&url))
            }
            "/o/token" => {
                let token = format!("token-{}", tokens.fetch_add(1, Ordering::SeqCst));
                let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": 900, "scope": "reports:write" });
                Answer::json(200, body)
            }
            _ => api(calls.fetch_add(1, Ordering::SeqCst), asked),
        }
    })
    .await
}

fn metadata(url: &str) -> Value {
    json!({
        "issuer": url, "authorization_endpoint": format!("{url}/o/authorize"), "token_endpoint": format!("{url}/o/token"),
        "jwks_uri": format!("{url}/jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "grant_types_supported": ["client_credentials"], "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    })
}

async fn one_round_against(stub: &Stub) -> (bool, String) {
    let command = worker(&stub.url, "worker", SECRET, &stub.url);
    let (done, log) = blocking(move || once(command)).await;
    assert!(!log.contains(SECRET) && !log.contains("token-0"), "the log shows a secret: {log}");
    (done, log)
}

#[tokio::test]
async fn every_pending_report_is_put_back_with_the_same_token() {
    let stub = played(|_, asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/reports/pending") => {
            Answer::json(200, json!([{ "id": "a", "text": "x y" }, { "id": "b", "text": "z" }]))
        }
        _ => Answer::json(200, json!({})),
    })
    .await;
    let (done, log) = one_round_against(&stub).await;
    assert!(done, "{log}");
    for path in ["/reports/a", "/reports/b"] {
        let asked = stub.asked_for(path);
        assert_eq!((asked.len(), asked[0].method.as_str()), (1, "PUT"), "{path}");
        assert_eq!(asked[0].authorization.as_deref(), Some("Bearer token-0"));
    }
    let tokens = stub.asked_for("/o/token");
    assert_eq!(tokens.len(), 1, "one token for the whole round");
    assert!(tokens[0].authorization.as_deref().unwrap().starts_with("Basic "));
    assert!(tokens[0].body.contains("grant_type=client_credentials"));
    assert!(tokens[0].body.contains("scope=reports%3Awrite") && tokens[0].body.contains("resource="));
}

#[tokio::test]
async fn on_401_the_token_is_renewed_once() {
    let stub = played(|_, asked| match asked.authorization.as_deref() {
        Some("Bearer token-0") => Answer::json(401, json!({ "error": "invalid_token" })),
        _ => Answer::json(200, json!([])),
    })
    .await;
    let (done, log) = one_round_against(&stub).await;
    assert!(done, "{log}");
    assert_eq!(stub.asked_for("/o/token").len(), 2);
}

#[tokio::test]
async fn on_401_again_the_round_fails_and_no_third_token_is_asked_for() {
    let stub = played(|_, _| Answer::json(401, json!({ "error": "invalid_token" }))).await;
    let (done, log) = one_round_against(&stub).await;
    assert!(!done, "{log}");
    assert_eq!(stub.asked_for("/o/token").len(), 2);
}

#[tokio::test]
async fn on_403_nothing_is_tried_again() {
    let stub = played(|_, _| Answer::json(403, json!({ "error": "insufficient_scope" }))).await;
    let (done, log) = one_round_against(&stub).await;
    assert!(!done, "{log}");
    assert_eq!((stub.asked_for("/o/token").len(), stub.asked_for("/reports/pending").len()), (1, 1));
}

#[tokio::test]
async fn it_backs_off_and_tries_again_on_429_and_5xx() {
    let stub = played(|call, _| match call {
        0 => Answer::json(429, json!({})).header("retry-after", "1"),
        1 => Answer::json(503, json!({})),
        _ => Answer::json(200, json!([])),
    })
    .await;
    let mut command = worker(&stub.url, "worker", SECRET, &stub.url);
    // No round but the first would come in the time of this test.
    command.env("INTERVAL_SECONDS", "3600");
    let started = std::time::Instant::now();
    let running = Running::start(command);
    wait_for_rounds(&stub, &running, 3).await;
    assert!(started.elapsed() >= Duration::from_secs(1), "Retry-After was not waited for");
    assert_eq!(stub.asked_for("/o/token").len(), 1, "a 503 of the API costs no new token");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(stub.asked_for("/reports/pending").len(), 3, "after a success the interval counts again");
}

async fn wait_for_rounds(stub: &Stub, running: &Running, number: usize) {
    let rounds = async {
        while stub.asked_for("/reports/pending").len() < number {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(30), rounds).await;
    assert!(came.is_ok(), "{number} rounds did not come: {}", running.written());
}

#[tokio::test]
async fn a_running_worker_keeps_its_token_and_ends_on_sigterm_after_its_round() {
    let stub = played(|_, _| Answer::json(200, json!([]))).await;
    let mut command = worker(&stub.url, "worker", SECRET, &stub.url);
    command.env("INTERVAL_SECONDS", "1");
    let running = Running::start(command);
    wait_for_rounds(&stub, &running, 3).await;
    assert_eq!(stub.asked_for("/o/token").len(), 1, "the token is kept between rounds");
    let (code, took, log) = blocking(move || running.terminate()).await;
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(!log.contains(SECRET), "{log}");
}

#[tokio::test]
async fn it_refuses_to_start_without_a_secret_and_over_plain_http() {
    for (name, value) in [
        ("CLIENT_SECRET", None),
        ("ISSUER", Some("http://provider.example")),
        ("API_URL", Some("http://api.example")),
    ] {
        let mut command = worker("http://localhost:9", "worker", SECRET, "http://localhost:9");
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        let (done, log) = blocking(move || once(command)).await;
        assert!(!done && log.contains(name), "{name}: {log}");
        assert!(!log.contains(SECRET));
    }
}
