//! Starts the app on a free port with a database of its own, and speaks HTTP to it.
//!
//! With `TEST_POSTGRES_URL` (a server on which databases may be made) it runs on PostgreSQL.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::time::Duration;

use auth_core::{
    clock::{Clock, ManualClock},
    jwt::{Algorithm, SigningKey},
    secret::{Password, random_id},
    server::Listen,
    settings::Issuer,
};
use diesel::{Connection, PgConnection, connection::SimpleConnection};
use password_bearer_api::{
    App, Database, Settings,
    admin::{self, Credential, NewUser},
};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) database: Database,
    pub(crate) time: ManualClock,
    pub(crate) http: reqwest::Client,
    pub(crate) key: SigningKey,
    _stop: DropGuard,
    store: Store,
}

/// Where the data of one test are; gone with it.
pub(crate) enum Store {
    File(tempfile::TempDir),
    Postgres { server: String, name: String },
}

impl Store {
    pub(crate) fn new() -> Self {
        let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
            return Self::File(tempfile::tempdir().unwrap());
        };
        let name = format!("test_{}", random_id(12).to_lowercase());
        let mut connection = PgConnection::establish(&server).unwrap();
        connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Self::Postgres { server, name }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite:{}", folder.path().join("test.sqlite").display()),
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server).unwrap();
                url.set_path(name);
                url.into()
            }
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Self::Postgres { server, name } = self
            && let Ok(mut connection) = PgConnection::establish(server)
        {
            let _ = connection.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// What a login gave.
pub(crate) struct Login {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) scope: String,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_on(Store::new(), SigningKey::generate(Algorithm::HS256).unwrap(), change).await
    }

    pub(crate) async fn start_on(store: Store, key: SigningKey, change: impl FnOnce(&mut Settings)) -> Self {
        let (clock, time) = Clock::manual();
        let database = Database::open(&store.url()).unwrap();
        let listen = Listen::Address("127.0.0.1:0".parse().unwrap());
        let public_url = Issuer::parse("http://localhost:8001", true).unwrap();
        let mut settings = Settings::new(listen, public_url, store.url(), key.clone());
        settings.clock = clock;
        change(&mut settings);
        let server = App::build(settings).await.unwrap();
        let url = format!("http://{}", server.addr());
        let stop = CancellationToken::new();
        tokio::spawn(server.run(stop.clone()));
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self { url, database, time, http, key, _stop: stop.drop_guard(), store }
    }

    pub(crate) fn database_url(&self) -> String {
        self.store.url()
    }

    /// A second server over the same database with the same key.
    pub(crate) async fn second(&self) -> String {
        let listen = Listen::Address("127.0.0.1:0".parse().unwrap());
        let public_url = Issuer::parse("http://localhost:8001", true).unwrap();
        let settings = Settings::new(listen, public_url, self.store.url(), self.key.clone());
        let server = App::build(settings).await.unwrap();
        let url = format!("http://{}", server.addr());
        tokio::spawn(server.run(CancellationToken::new()));
        url
    }

    /// A user with the usual scopes and [`PASSWORD`].
    pub(crate) async fn user(&self, username: &str) {
        admin::create_user(&self.database, NewUser::new(username, Password::new(PASSWORD))).await.unwrap();
    }

    pub(crate) async fn admin(&self, username: &str) {
        let new =
            NewUser { scope: "me items admin".to_owned(), ..NewUser::new(username, Password::new(PASSWORD)) };
        admin::create_user(&self.database, new).await.unwrap();
    }

    /// The user of FastAPI's tutorial, with a hash of the password that passlib made.
    pub(crate) async fn johndoe(&self, hash: &str) {
        let new = NewUser {
            credential: Credential::Hash(hash.to_owned()),
            email: Some("johndoe@example.com".to_owned()),
            full_name: Some("John Doe".to_owned()),
            ..NewUser::new("johndoe", Password::new(""))
        };
        admin::create_user(&self.database, new).await.unwrap();
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Response {
        self.request(Method::GET, path).bearer_auth(token).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Response {
        self.request(Method::POST, path).bearer_auth(token).json(body).send().await.unwrap()
    }

    pub(crate) async fn patch(&self, path: &str, token: &str, body: &Value) -> Response {
        self.request(Method::PATCH, path).bearer_auth(token).json(body).send().await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str, token: &str) -> Response {
        self.request(Method::DELETE, path).bearer_auth(token).send().await.unwrap()
    }

    pub(crate) async fn form(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.request(Method::POST, path).form(form).send().await.unwrap()
    }

    pub(crate) async fn try_login(&self, username: &str, password: &str) -> Response {
        self.form("/token", &[("username", username), ("password", password)]).await
    }

    pub(crate) async fn login(&self, username: &str, scope: &str) -> Login {
        let form = [("username", username), ("password", PASSWORD), ("scope", scope)];
        login(self.form("/token", &form).await).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Response {
        self.form("/token", &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    pub(crate) async fn register(&self, body: &Value) -> Response {
        self.request(Method::POST, "/users").json(body).send().await.unwrap()
    }
}

pub(crate) async fn login(response: Response) -> Login {
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Login { access: text("access_token"), refresh: text("refresh_token"), scope: text("scope") }
}

/// The status, and the body as JSON.
pub(crate) async fn answer(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

/// The status, and the error code of the body.
pub(crate) async fn refusal(response: Response) -> (u16, String) {
    let (status, body) = answer(response).await;
    if body["error"].is_string() {
        assert_eq!(body["error_description"], body["detail"], "OAuth and FastAPI read the same");
    }
    (status, body["error"].as_str().unwrap_or_default().to_owned())
}

pub(crate) fn challenge(response: &Response) -> String {
    let values: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
    assert_eq!(values.len(), 1, "one challenge");
    values[0].to_str().unwrap().to_owned()
}

/// FastAPI's list of wrong fields, as `(field, type)`.
pub(crate) async fn wrong_fields(response: Response) -> Vec<(String, String)> {
    let (status, body) = answer(response).await;
    assert_eq!(status, 422);
    let wrong = body["detail"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    wrong
        .map(|error| {
            assert_eq!(error["loc"][0], json!("body"));
            assert!(!text(&error["msg"]).is_empty());
            (error["loc"][1].as_str().unwrap_or_default().to_owned(), text(&error["type"]))
        })
        .collect()
}
