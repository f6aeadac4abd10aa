//! Every party of the playground on ports of its own: authorization server, client, API, worker.

use auth_core::{
    clock::Clock,
    redirect_uri::{ClientType, RedirectUri},
    scope::Scopes,
    secret::ClientSecret,
    server::Listen,
    settings::{HttpUrl, Issuer},
};
use resource_api::TokenCheck;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    client::{Client, NewClient},
    http::{self, Reply},
    server::{TestServer, free_listener},
};

pub const SCOPES: &str = "openid profile email offline_access notes:read notes:write";

pub struct Stack {
    pub server: TestServer,
    pub client_url: String,
    pub api_url: String,
    pub http: reqwest::Client,
    /// The registration of the web client.
    pub web: Client,
    /// The registration of the worker.
    pub worker: Client,
    /// The registration of the API, with which it introspects.
    pub api: Client,
    _running: Vec<DropGuard>,
}

/// What the parties of a stack differ in from test to test.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// Whether the API checks tokens by itself instead of asking (`TOKEN_CHECK=local`).
    pub local_check: bool,
    /// Whether the web client has no secret.
    pub public_client: bool,
}

impl Stack {
    pub async fn start() -> Stack {
        Stack::start_with(Parts::default()).await
    }

    pub async fn start_with(parts: Parts) -> Stack {
        let server = TestServer::start().await;
        server.user("alice").await;
        server.user("bob").await;
        Stack::around(server, parts).await
    }

    /// Starts the other parties beside an authorization server that runs already.
    pub async fn around(server: TestServer, parts: Parts) -> Stack {
        let (client_listener, client_port) = free_listener();
        let (api_listener, api_port) = free_listener();
        let client_url = format!("http://localhost:{client_port}");
        let api_url = format!("http://localhost:{api_port}");

        let web = if parts.public_client { NewClient::public("Notes") } else { NewClient::web("Notes") };
        let web =
            web.redirect_uris(&[&format!("{client_url}/callback")]).scopes(SCOPES).audiences(&[&api_url]);
        let web = server.register(web).await;
        let machine = NewClient::machine("Report maker", "reports:write").audiences(&[&api_url]);
        let worker = server.register(machine).await;
        let api = server.register(NewClient::resource_server("Notes API", &api_url)).await;

        let issuer = Issuer::parse(&server.issuer, true).unwrap();
        let mut running = Vec::new();
        let token_check = if parts.local_check {
            TokenCheck::Local
        } else {
            let client_secret = ClientSecret::new(api.secret());
            TokenCheck::Introspect { client_id: api.client_id.clone(), client_secret }
        };
        let listen = Listen::Bound(api_listener);
        let mut api_settings =
            resource_api::Settings::new(listen, issuer.clone(), api_url.clone(), token_check);
        api_settings.database_url = format!("sqlite:{}", server.folder.path().join("api.sqlite3").display());
        api_settings.clock = server.shared_clock.clone();
        let started = resource_api::App::build(api_settings).await.unwrap_or_else(|error| panic!("{error}"));
        running.push(run(started));

        running.push(
            start_client(ClientSettings {
                listen: Listen::Bound(client_listener),
                issuer: &server.issuer,
                client: &web,
                api_url: &api_url,
                clock: server.shared_clock.clone(),
            })
            .await,
        );

        Stack { client_url, api_url, http: http::client(), web, worker, api, server, _running: running }
    }

    pub fn client(&self, path: &str) -> String {
        format!("{}{path}", self.client_url)
    }

    pub fn api(&self, path: &str) -> String {
        format!("{}{path}", self.api_url)
    }

    /// Asks the API with a token, or without one.
    pub async fn ask_api(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<serde_json::Value>,
    ) -> Reply {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, self.api(path));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Reply::read(request.send().await.unwrap()).await
    }
}

pub fn run(server: auth_core::server::Server) -> DropGuard {
    let stop = CancellationToken::new();
    tokio::spawn(server.run(stop.clone()));
    stop.drop_guard()
}

/// What the web client has to know.
pub struct ClientSettings<'a> {
    pub listen: Listen,
    pub issuer: &'a str,
    pub client: &'a Client,
    pub api_url: &'a str,
    pub clock: Clock,
}

/// Starts the web client alone.
pub async fn start_client(settings: ClientSettings<'_>) -> DropGuard {
    let kind = match settings.client.secret {
        Some(_) => ClientType::Confidential,
        None => ClientType::Public,
    };
    let settings = authorization_code_client::Settings {
        listen: settings.listen,
        tls: None,
        extra_ca_file: None,
        issuer: Issuer::parse(settings.issuer, true).unwrap(),
        client_id: settings.client.client_id.clone(),
        client_secret: settings.client.secret.clone().map(ClientSecret::new),
        redirect_uri: RedirectUri::parse(&settings.client.redirect_uri, kind).unwrap(),
        scopes: Scopes::parse(SCOPES).unwrap(),
        api_url: HttpUrl::parse("API_URL", settings.api_url).unwrap(),
        wire: None,
        clock: settings.clock,
    };
    run(authorization_code_client::App::build(settings).await.unwrap_or_else(|error| panic!("{error}")))
}
