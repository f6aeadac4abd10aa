//! Starts the parties, each from settings of its own. The authorization server comes first: the
//! others look for it.

use std::io;

use auth_core::http_client::HttpClient;
use auth_core::jwt::SigningKey;
use auth_core::redirect_uri::{ClientType, RedirectUri};
use auth_core::scope::{Scope, Scopes};
use auth_core::secret::{SigningSecret, random_bytes};
use auth_core::server::{self, Limits, Listen, Server, StartError};
use auth_core::settings::{HttpUrl, Issuer, parse_key_32};
use auth_core::wire::Wire;
use authorization_server::{Database, MasterKey, ScopeDescription};
use resource_api::TokenCheck;

use crate::Running;
use crate::data::DataFolder;
use crate::inspector::{self, Store};
use crate::page::{self, Page};
use crate::seed::{self, CLIENT_SCOPES, Credentials};
use crate::settings::{Addresses, Sockets};
use crate::tls::Tls;
use crate::worker::{self, ShownWorker};

/// The scopes that the demo adds to the server's own, as the consent page says them.
const SCOPES: [(&str, &str); 3] = [
    ("notes:read", "Read your notes"),
    ("notes:write", "Write and delete notes for you"),
    ("reports:write", "Make reports of everybody's notes"),
];

pub(crate) async fn start(
    data: &DataFolder,
    sockets: Sockets,
    at: &Addresses,
    tls: Option<&Tls>,
    running: &mut Running,
) -> Result<(), StartError> {
    let files = || tls.map(|tls| tls.files.clone());
    let authority = || tls.map(|tls| tls.authority.clone());
    let issuer = Issuer::parse(&at.authorization_server, true)?;

    let (sender, messages) = tokio::sync::mpsc::channel(256);
    let wire = |party, own: &str| Wire::new(party, own, sender.clone()).map(Some);
    let store = Store::default();
    tokio::spawn(inspector::collect(store.clone(), messages));

    const AUTHORIZATION_SERVER: &str = "authorization-server";
    let database_url = data.database("authorization-server.sqlite")?;
    let database = off_thread({
        let url = database_url.clone();
        move || Ok(Database::open(&url)?)
    });
    let database = database.await.map_err(|error| of(AUTHORIZATION_SERVER, error))?;
    let clients = seed::seed(data, &database, at).await.map_err(|error| of(AUTHORIZATION_SERVER, error))?;
    drop(database);
    let mut settings =
        authorization_server(data, sockets.authorization_server, issuer.clone(), database_url)?;
    settings.tls = files();
    settings.wire = wire(AUTHORIZATION_SERVER, &at.authorization_server)?;
    running.serve(AUTHORIZATION_SERVER, authorization_server::App::build(settings).await)?;

    // ANCHOR: one_party
    let mut settings = resource_api(data, sockets.resource_api, issuer.clone(), at, clients.resource_api)?;
    (settings.tls, settings.extra_ca_file) = (files(), authority());
    settings.wire = wire("resource-api", &at.resource_api)?;
    running.serve("resource-api", resource_api::App::build(settings).await)?;
    // ANCHOR_END: one_party

    let mut settings = client(sockets.client, issuer.clone(), at, clients.web)?;
    (settings.tls, settings.extra_ca_file) = (files(), authority());
    settings.wire = wire("authorization-code-client", &at.client)?;
    running.serve("authorization-code-client", authorization_code_client::App::build(settings).await)?;

    const PASSWORD_BEARER_API: &str = "password-bearer-api";
    let mut settings = password_bearer_api(data, sockets.password_bearer_api, at)?;
    settings.tls = files();
    settings.wire = wire(PASSWORD_BEARER_API, &at.password_bearer_api)?;
    let database = off_thread({
        let url = settings.database_url.clone();
        move || password_bearer_api::Database::open(&url).map_err(unexpected)
    });
    let database = database.await.map_err(|error| of(PASSWORD_BEARER_API, error))?;
    seed::seed_password_bearer_api(&database).await.map_err(|error| of(PASSWORD_BEARER_API, error))?;
    drop(database);
    running.serve(PASSWORD_BEARER_API, password_bearer_api::App::build(settings).await)?;

    let worker = worker::start(
        issuer,
        at,
        clients.worker,
        authority(),
        wire(worker::PARTY, &at.playground)?,
        running,
    )?;

    let http = HttpClient::trusting(authority().as_deref()).map_err(unexpected)?;
    let inspector = inspector::router(store, at, running.shutdown.clone());
    let page = Page { addresses: at.clone(), http, worker: ShownWorker::Here(worker) };
    let page = page::router(page, inspector);
    let served = server::axum(sockets.playground, page, Limits::default());
    running.serve("playground", served.and_then(|server| server.over_tls(files())))
}

impl Running {
    fn serve(&mut self, party: &'static str, built: Result<Server, StartError>) -> Result<(), StartError> {
        let server = built.map_err(|error| of(party, error))?;
        self.spawn(party, server.run(self.shutdown.clone()));
        Ok(())
    }

    pub(crate) fn spawn(
        &mut self,
        party: &'static str,
        task: impl Future<Output = io::Result<()>> + Send + 'static,
    ) {
        self.tasks.spawn(async move { (party, task.await) });
    }
}

/// Which party it was.
pub(crate) fn of(party: &str, error: StartError) -> StartError {
    error.context(&format!("the {party} does not start"))
}

/// Something that only a mistake of ours can make wrong.
pub(crate) fn unexpected(error: impl std::fmt::Display) -> StartError {
    StartError::new(error.to_string(), "report it, this should not happen")
}

async fn off_thread<T: Send + 'static>(
    open: impl FnOnce() -> Result<T, StartError> + Send + 'static,
) -> Result<T, StartError> {
    tokio::task::spawn_blocking(open).await.map_err(unexpected)?
}

fn authorization_server(
    data: &DataFolder,
    listener: std::net::TcpListener,
    issuer: Issuer,
    database_url: String,
) -> Result<authorization_server::Settings, StartError> {
    const KEY: &str = "authorization-server.key";
    let hex = |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = data.secret(KEY, || hex(random_bytes()))?;
    let key = MasterKey::new(parse_key_32(KEY, &key)?);
    let mut settings =
        authorization_server::Settings::new(Listen::Bound(listener), issuer, database_url, key);
    for (scope, description) in SCOPES {
        let scope = Scope::parse(scope).map_err(unexpected)?;
        settings.scopes.push(ScopeDescription::new(scope, description));
    }
    Ok(settings)
}

fn resource_api(
    data: &DataFolder,
    listener: std::net::TcpListener,
    issuer: Issuer,
    at: &Addresses,
    Credentials { client_id, client_secret }: Credentials,
) -> Result<resource_api::Settings, StartError> {
    // Introspection, so that the walk ends at a closed door: a revocation is felt at once.
    let check = TokenCheck::Introspect { client_id, client_secret };
    let mut settings =
        resource_api::Settings::new(Listen::Bound(listener), issuer, at.resource_api.clone(), check);
    settings.database_url = data.database("resource-api.sqlite")?;
    Ok(settings)
}

fn client(
    listener: std::net::TcpListener,
    issuer: Issuer,
    at: &Addresses,
    Credentials { client_id, client_secret }: Credentials,
) -> Result<authorization_code_client::Settings, StartError> {
    let redirect_uri = RedirectUri::parse(&format!("{}/callback", at.client), ClientType::Confidential);
    Ok(authorization_code_client::Settings {
        listen: Listen::Bound(listener),
        issuer,
        client_id,
        client_secret: Some(client_secret),
        redirect_uri: redirect_uri.map_err(unexpected)?,
        scopes: Scopes::parse(CLIENT_SCOPES).map_err(unexpected)?,
        api_url: HttpUrl::parse("API_URL", &at.resource_api)?,
        tls: None,
        extra_ca_file: None,
        wire: None,
        clock: auth_core::clock::Clock::system(),
    })
}

fn password_bearer_api(
    data: &DataFolder,
    listener: std::net::TcpListener,
    at: &Addresses,
) -> Result<password_bearer_api::Settings, StartError> {
    let secret = data.secret("password-bearer-api.key", auth_core::secret::random_token)?;
    let key = SigningKey::hs256(SigningSecret::new(secret));
    Ok(password_bearer_api::Settings::new(
        Listen::Bound(listener),
        Issuer::parse(&at.password_bearer_api, true)?,
        data.database("password-bearer-api.sqlite")?,
        key.map_err(unexpected)?,
    ))
}
