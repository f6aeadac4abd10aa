//! The client: a photo album that people sign in to. A backend, with two providers to choose from.

mod callback;
mod pages;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use auth_core::http_client::HttpClient;
use auth_core::params::Params;
use auth_core::pkce::CodeVerifier;
use auth_core::secret::random_token;
use auth_core::server::StartError;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, header};
use tokio::sync::Semaphore;

use super::authorization_server::{ALBUM, cookie};
use super::{World, page};
use crate::checks::{AuthorizationRequest, BrowserState, Checks, PendingLogin, PendingLogins};
use crate::lock;

const COOKIE: &str = "lab_client_session";
/// How many calls to authorization servers this small server makes at a time.
const CALLS: usize = 4;

/// Somebody who is signed in. An account is an issuer and its subject, never a name.
#[derive(Clone, Debug)]
struct SignedIn {
    issuer: String,
    subject: String,
    access_token: String,
    browser_state: BrowserState,
}

pub(crate) struct Store {
    http: HttpClient,
    calls: Arc<Semaphore>,
    pending: PendingLogins,
    sessions: Mutex<HashMap<String, SignedIn>>,
    /// By account.
    photos: Mutex<HashMap<(String, String), Vec<String>>>,
    /// Comments that everybody sees.
    wall: Mutex<Vec<String>>,
}

impl Store {
    pub(crate) fn new(checks: &Checks) -> Result<Self, StartError> {
        let http = (checks.http_client)().map_err(|error| StartError::new(error.to_string(), "try again"))?;
        Ok(Self {
            http,
            calls: Arc::new(Semaphore::new(CALLS)),
            pending: PendingLogins::default(),
            sessions: Mutex::default(),
            photos: Mutex::default(),
            wall: Mutex::default(),
        })
    }

    fn signed_in(&self, headers: &HeaderMap) -> Option<SignedIn> {
        lock(&self.sessions).get(&cookie(headers, COOKIE)?).cloned()
    }
}

/// A provider that people can sign in with.
struct Provider<'a> {
    issuer: &'a str,
    /// Whether its metadata promises `iss` in every response (RFC 9207 §3).
    promises_iss: bool,
}

/// `as`, or the attacker's own: anybody can offer to be a provider.
fn provider<'a>(world: &'a World, name: &str) -> (&'static str, Provider<'a>) {
    match name {
        "evil" => ("evil", Provider { issuer: &world.urls.attacker, promises_iss: true }),
        _ => ("as", Provider { issuer: &world.urls.authorization_server, promises_iss: true }),
    }
}

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/", get(pages::home))
        .route("/login", get(login))
        .route("/callback", get(callback::callback))
        .route("/profile", get(pages::profile))
        .route("/photos", post(pages::add_photo))
        .route("/wall", get(pages::wall).post(pages::write_on_wall))
        .route("/session.js", get(pages::session_script))
        .route("/app.js", get(pages::app_script))
        .route("/spa", get(pages::spa))
        .merge(page::assets())
}

fn redirect_uri(world: &World) -> String {
    format!("{}/callback", world.urls.client)
}

async fn login(State(world): State<Arc<World>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let live = world.live();
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let (name, provider) = provider(&world, params.get("provider").unwrap_or_default());
    let next = (world.checks.next)(params.get("next").or(Some("/profile")));
    let pending = PendingLogin::generate(name, next);
    let challenge = CodeVerifier::parse(&pending.verifier).map(|verifier| verifier.challenge());
    let challenge = challenge.map(|challenge| challenge.as_str().to_owned()).unwrap_or_default();
    let redirect_uri = redirect_uri(&world);
    let mut parameters = vec![("response_type", "code"), ("client_id", ALBUM)];
    // Who made the link to this page may say whom it is for.
    parameters.extend(params.get("login_hint").map(|hint| ("login_hint", hint)));
    parameters.extend([
        ("redirect_uri", redirect_uri.as_str()),
        ("scope", "openid profile"),
        ("state", pending.state.as_str()),
        ("nonce", pending.nonce.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    let endpoint = format!("{}/authorize", provider.issuer);
    let request = AuthorizationRequest { endpoint: &endpoint, parameters: &parameters };
    let location = (world.checks.authorize_url)(&request);
    let session = cookie(&headers, COOKIE).unwrap_or_else(random_token);
    live.client.pending.put(&session, pending);
    with_session(page::see_other(&location), &session)
}

/// The session cookie: no script reads it. (`Secure` and `__Host-` need https, which a lab on
/// loopback has not.)
fn with_session(mut response: Response, session: &str) -> Response {
    let cookie = format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
