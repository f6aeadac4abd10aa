//! The authorization server under test: the real app, on a free port, with a fresh database, master
//! key and clock. `localhost` and http are its development mode (`AS_DEV=1`).

use std::{net::TcpListener, time::Duration};

use auth_core::{
    client_authentication::ClientAuthMethod,
    clock::{Clock, ManualClock},
    redirect_uri::ClientType,
    scope::{Scope, Scopes},
    secret::{ClientSecret, Password},
    server::Listen,
    settings::Issuer,
};
use authorization_server::{
    App, Database, ScopeDescription, Settings,
    admin::{NewApplication, NewUser, create_application, create_user},
    settings::MasterKey,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    client::{CALLBACK, Client, NewClient},
    database::{Fresh, OnPostgres, fresh},
    http,
};

/// What the tests' users sign in with.
pub fn password_of(username: &str) -> String {
    format!("open-sesame-{username}")
}

pub struct TestServer {
    pub issuer: String,
    pub port: u16,
    pub clock: ManualClock,
    /// The same clock, as the other parties of a test need it.
    pub shared_clock: Clock,
    pub http: reqwest::Client,
    pub database: Database,
    pub database_url: String,
    pub master_key: [u8; 32],
    /// A folder of the test's own, gone with it.
    pub folder: tempfile::TempDir,
    _running: DropGuard,
    _on_postgres: Option<OnPostgres>,
}

// ANCHOR: free_listener
/// A free port that is ours from here on: bound before the server that will listen on it knows its
/// own name.
pub fn free_listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}
// ANCHOR_END: free_listener

impl TestServer {
    pub async fn start() -> TestServer {
        TestServer::start_with(|_| {}).await
    }

    /// Starts with settings that the test changes first.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> TestServer {
        let (listener, port) = free_listener();
        TestServer::start_on(listener, port, change).await
    }

    /// Starts on a listener whose port the other parties were told already.
    pub async fn start_on(
        listener: TcpListener,
        port: u16,
        change: impl FnOnce(&mut Settings),
    ) -> TestServer {
        let folder = tempfile::tempdir().unwrap();
        let Fresh { url: database_url, master_key, on_postgres } = fresh(folder.path()).await;
        let issuer = format!("http://localhost:{port}");
        let (shared_clock, clock) = Clock::manual();

        let mut settings = Settings::new(
            Listen::Bound(listener),
            Issuer::parse(&issuer, true).unwrap(),
            database_url.clone(),
            MasterKey::new(master_key),
        );
        settings.dev = true;
        settings.clock = shared_clock.clone();
        // Generous, so that only the tests of the throttles meet them.
        settings.login_attempts_per_minute = 10_000;
        settings.token_requests_per_minute = 10_000;
        for (scope, description) in [
            ("notes:read", "Read your notes"),
            ("notes:write", "Write and delete your notes"),
            ("reports:write", "Make reports"),
        ] {
            let scope = Scope::parse(scope).unwrap();
            settings.scopes.push(ScopeDescription { scope, description: description.to_owned() });
        }
        change(&mut settings);

        let server = App::build(settings).await.unwrap_or_else(|error| panic!("{error}"));
        let stop = CancellationToken::new();
        tokio::spawn(server.run(stop.clone()));
        let database = open(database_url.clone()).await;
        TestServer {
            issuer,
            port,
            clock,
            shared_clock,
            http: http::client(),
            database,
            database_url,
            master_key,
            folder,
            _running: stop.drop_guard(),
            _on_postgres: on_postgres,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    // ANCHOR: advance
    /// Moves the server's clock.
    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
    // ANCHOR_END: advance

    /// A user with an e-mail address and a full name; returns the `sub`.
    pub async fn user(&self, username: &str) -> String {
        let mut name = username.to_owned();
        name[..1].make_ascii_uppercase();
        let user = NewUser {
            username: username.to_owned(),
            password: Password::new(password_of(username)),
            email: Some(format!("{username}@example.com")),
            name: Some(format!("{name} Example")),
            staff: false,
        };
        create_user(&self.database, user).await.unwrap_or_else(|error| panic!("{error}")).id
    }

    /// A confidential web client with both grants and every scope of a user.
    pub async fn client(&self, name: &str) -> Client {
        self.register(NewClient::web(name)).await
    }

    pub async fn register(&self, new: NewClient) -> Client {
        self.try_register(new).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn try_register(&self, new: NewClient) -> Result<Client, String> {
        let redirect_uri = new.redirect_uris.first().map_or(CALLBACK, String::as_str).to_owned();
        let client_type = if new.public { ClientType::Public } else { ClientType::Confidential };
        let mut application = NewApplication::new(new.name, client_type);
        application.client_id = new.client_id;
        application.token_endpoint_auth_method = ClientAuthMethod::parse(new.method);
        application.grant_types = new.grant_types.iter().map(|&grant| grant.to_owned()).collect();
        application.redirect_uris = new.redirect_uris;
        application.scopes = Some(Scopes::parse(&new.scopes).unwrap());
        application.audiences = new.audiences;
        application.resource_server = new.resource_server;
        application.skip_authorization = new.skip_authorization;
        application.client_secret = new.secret.map(ClientSecret::new);
        let database = self.database.clone();
        let created = tokio::task::spawn_blocking(move || create_application(&database, application))
            .await
            .unwrap()
            .map_err(|error| error.to_string())?;
        Ok(Client {
            client_id: created.client_id,
            secret: created.client_secret.map(|secret| secret.secret().to_owned()),
            method: new.method.to_owned(),
            redirect_uri,
        })
    }
}

async fn open(database_url: String) -> Database {
    tokio::task::spawn_blocking(move || Database::open(&database_url)).await.unwrap().unwrap()
}
