//! An authorization server and an API in miniature.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use auth_core::scope::Scopes;
use auth_core::secret::ClientSecret;
use auth_core::settings::{HttpUrl, Issuer};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use client_credentials_worker::{RoundError, Settings, Snapshot, Status, Worker};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) const SECRET: &str = "q3Rk8sVd0ZpLx71mWbTnYcHfGjUaEoIi";

/// Both servers, as one.
#[derive(Clone, Default)]
pub(crate) struct World(Arc<Mutex<Inner>>);

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) url: String,
    pub(crate) pending: BTreeMap<String, String>,
    pub(crate) reports: BTreeMap<String, Value>,
    pub(crate) tokens_given: usize,
    /// Bodies of the token requests.
    pub(crate) token_requests: Vec<String>,
    /// Tokens that the API refuses although they are current.
    pub(crate) revoked: Vec<String>,
    /// What the API answers, one after the other, before it begins to work.
    pub(crate) troubles: Vec<(StatusCode, Option<&'static str>)>,
    /// What the token endpoint answers instead of a token.
    pub(crate) token_refusal: Option<StatusCode>,
    pub(crate) api_requests: usize,
    /// How long each request to the API takes.
    pub(crate) slowness: Duration,
}

impl World {
    pub(crate) fn state(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Tokens given, reports put, requests to the API.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let state = self.state();
        (state.tokens_given, state.reports.len(), state.api_requests)
    }

    fn router(&self) -> Router {
        let api = Router::new()
            .route("/reports/pending", get(pending))
            .route("/reports/{id}", put(report))
            .layer(from_fn_with_state(self.clone(), guard));
        Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/token", post(token))
            .merge(api)
            .with_state(self.clone())
    }

    pub(crate) async fn serve(&self, listener: tokio::net::TcpListener) {
        let router = self.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
    }

    pub(crate) async fn start() -> Self {
        let (world, listener) = Self::bind().await;
        world.serve(listener).await;
        world
    }

    pub(crate) async fn bind() -> (Self, tokio::net::TcpListener) {
        let world = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        world.state().url = format!("http://{}", listener.local_addr().unwrap());
        for (id, text) in [("1", "one two\nthree"), ("a b/c", "four")] {
            world.state().pending.insert(id.into(), text.into());
        }
        (world, listener)
    }

    pub(crate) fn settings(&self) -> Settings {
        let url = self.state().url.clone();
        Settings {
            resource: Some("https://api.example".into()),
            interval: Duration::from_millis(50),
            ..Settings::new(
                Issuer::parse(&url, true).unwrap(),
                "reporter",
                ClientSecret::new(SECRET),
                Scopes::parse("reports:write").unwrap(),
                HttpUrl::parse("API_URL", &url).unwrap(),
            )
        }
    }

    pub(crate) async fn once(&self) -> (Result<(), RoundError>, Snapshot) {
        let worker = Worker::build(Settings { once: true, ..self.settings() }).unwrap();
        let status = worker.status();
        let outcome = worker.run(CancellationToken::new()).await;
        (outcome, status.snapshot())
    }

    pub(crate) fn run(&self) -> Running {
        let worker = Worker::build(self.settings()).unwrap();
        let (status, shutdown) = (worker.status(), CancellationToken::new());
        let task = tokio::spawn(worker.run(shutdown.clone()));
        Running { status, shutdown, task }
    }
}

pub(crate) struct Running {
    pub(crate) status: Status,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<Result<(), RoundError>>,
}

impl Running {
    pub(crate) async fn until(&self, reached: impl Fn(&Snapshot) -> bool) {
        let start = Instant::now();
        while !reached(&self.status.snapshot()) {
            assert!(start.elapsed() < Duration::from_secs(10), "{:?}", self.status.snapshot());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.task).await.unwrap().unwrap().unwrap();
    }
}

async fn metadata(State(world): State<World>) -> Json<Value> {
    let url = world.state().url.clone();
    Json(json!({"issuer": url, "token_endpoint": format!("{url}/token")}))
}

async fn token(State(world): State<World>, body: String) -> Response {
    let mut state = world.state();
    state.token_requests.push(body);
    if let Some(status) = state.token_refusal {
        return (status, Json(json!({"error": "invalid_client"}))).into_response();
    }
    state.tokens_given += 1;
    let token = format!("token-{}", state.tokens_given);
    Json(json!({"access_token": token, "token_type": "Bearer", "expires_in": 900})).into_response()
}

/// Troubles first, then the token, then the work.
async fn guard(State(world): State<World>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let slowness = {
        let mut state = world.state();
        state.api_requests += 1;
        if !state.troubles.is_empty() {
            let (status, retry_after) = state.troubles.remove(0);
            let mut response = status.into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.parse().unwrap());
            }
            return response;
        }
        let token = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
        let current = format!("Bearer token-{}", state.tokens_given);
        if token != current || state.revoked.contains(&token) {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        state.slowness
    };
    tokio::time::sleep(slowness).await;
    next.run(request).await
}

async fn pending(State(world): State<World>) -> Json<Value> {
    let pending = world.state().pending.clone();
    Json(pending.into_iter().map(|(id, text)| json!({"id": id, "text": text})).collect())
}

async fn report(State(world): State<World>, Path(id): Path<String>, Json(report): Json<Value>) -> StatusCode {
    let mut state = world.state();
    match id.as_str() {
        "gone" => return StatusCode::NOT_FOUND,
        "refused" => return StatusCode::UNPROCESSABLE_ENTITY,
        _ => {}
    }
    state.pending.remove(&id);
    state.reports.insert(id, report);
    StatusCode::NO_CONTENT
}
