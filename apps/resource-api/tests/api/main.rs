//! Drives the API over HTTP, with tokens that a small authorization server of its own signs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod authorization_server;
mod notes;
mod reports;
mod surroundings;
mod tokens;

use std::time::Duration;

use auth_core::{
    clock::{Clock, ManualClock},
    secret::ClientSecret,
    server::Listen,
    settings::Issuer,
};
use reqwest::{Method, RequestBuilder, Response};
use resource_api::{App, Settings, TokenCheck};
use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};

use authorization_server::AuthorizationServer;

/// The API's identifier: what a token has to name in `aud`. It is not where this test reaches it.
const RESOURCE: &str = "https://api.example";
const CLIENT_ID: &str = "resource-api";
const CLIENT_SECRET: &str = "the-secret-of-the-api";

/// The API and its authorization server, each on a port of its own; gone when dropped.
struct TestApp {
    url: String,
    authorization_server: AuthorizationServer,
    time: ManualClock,
    http: reqwest::Client,
    _stop: DropGuard,
}

fn introspect() -> TokenCheck {
    TokenCheck::Introspect {
        client_id: CLIENT_ID.to_owned(),
        client_secret: ClientSecret::new(CLIENT_SECRET),
    }
}

impl TestApp {
    async fn start() -> Self {
        Self::start_with(introspect(), |_| {}).await
    }

    async fn start_with(check: TokenCheck, change: impl FnOnce(&mut Settings)) -> Self {
        let (clock, time) = Clock::manual();
        let authorization_server = AuthorizationServer::start(clock.clone()).await;
        let issuer = Issuer::parse(&authorization_server.issuer, true).unwrap();
        let listen = Listen::Address("127.0.0.1:0".parse().unwrap());
        let mut settings = Settings::new(listen, issuer, RESOURCE, check);
        settings.database_url = "sqlite::memory:".to_owned();
        settings.clock = clock;
        change(&mut settings);
        let server = App::build(settings).await.unwrap();
        let url = format!("http://{}", server.addr());
        let stop = CancellationToken::new();
        tokio::spawn(server.run(stop.clone()));
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        Self { url, authorization_server, time, http, _stop: stop.drop_guard() }
    }

    fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(token)
    }

    async fn get(&self, path: &str, token: &str) -> Response {
        self.request(Method::GET, path, token).send().await.unwrap()
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> Response {
        self.request(Method::POST, path, token).json(body).send().await.unwrap()
    }

    async fn put(&self, path: &str, token: &str, body: &Value) -> Response {
        self.request(Method::PUT, path, token).json(body).send().await.unwrap()
    }

    async fn delete(&self, path: &str, token: &str) -> Response {
        self.request(Method::DELETE, path, token).send().await.unwrap()
    }

    /// A token of a user for reading and writing notes.
    fn user(&self, sub: &str) -> String {
        self.authorization_server.token(sub, "web-app", "notes:read notes:write")
    }

    /// A token of a machine for writing reports.
    fn machine(&self) -> String {
        self.authorization_server.token("worker", "worker", "reports:write")
    }

    /// Writes a note and gives its id.
    async fn note(&self, token: &str, text: &str) -> String {
        let response = self.post("/notes", token, &serde_json::json!({ "text": text })).await;
        assert_eq!(response.status(), 201);
        let note: Value = response.json().await.unwrap();
        note["id"].as_str().unwrap().to_owned()
    }
}

/// The challenge of a refusal.
fn challenge(response: &Response) -> String {
    let values: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
    assert_eq!(values.len(), 1, "one challenge");
    values[0].to_str().unwrap().to_owned()
}

/// The error code of a JSON answer.
async fn error(response: Response) -> String {
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: Value = response.json().await.unwrap();
    assert!(body["error_description"].as_str().is_some_and(|text| !text.is_empty()));
    body["error"].as_str().unwrap_or_default().to_owned()
}
