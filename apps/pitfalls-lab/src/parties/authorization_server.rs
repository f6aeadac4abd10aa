//! The authorization server: login, consent, codes, tokens.

mod authorize;
mod login;
mod people;
mod registration;
mod token;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::clock::Timestamp;
use auth_core::jwks::JwkSet;
use auth_core::jwt::{Algorithm, SigningKey, VerificationKeys};
use auth_core::redirect_uri::{ClientType, RedirectUri};
use auth_core::secret::CsrfToken;
use auth_core::server::StartError;
use auth_core::throttle::LoginThrottle;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::{Urls, World, page};
use crate::checks::SingleUse;
use crate::lock;

pub(crate) use login::authenticated;
pub(crate) use people::{password_of, user};

/// The confidential client: the photo album, a server.
pub(crate) const ALBUM: &str = "album";
/// The public client: the album's JavaScript app.
pub(crate) const SPA: &str = "album-spa";
/// The attacker's own registered client: a quiz.
pub(crate) const QUIZ: &str = "quiz";

/// The secret of a confidential client of the lab.
pub(crate) fn secret_of(client_id: &str) -> String {
    format!("LAB-ONLY-secret-of-{client_id}")
}

const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_secs(600);
const CODE_LIFETIME: Duration = Duration::from_secs(60);
/// Where this server's wall clock hangs: Los Angeles in winter.
const UTC_OFFSET_SECONDS: i64 = -8 * 3600;

/// A registered client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) client_type: ClientType,
    pub(crate) redirect_uris: Vec<RedirectUri>,
    /// What a client registered by itself, character by character: a check that lets too much in
    /// lets in what is no [`RedirectUri`].
    pub(crate) as_written: Option<String>,
    /// The API that its access tokens are for.
    pub(crate) audience: String,
}

/// A validated authorization request that waits for its user.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) response_type: crate::checks::ResponseType,
}

/// What a code stands for until it is redeemed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The client that it was issued to.
    pub client_id: String,
    /// Who allowed it.
    pub user: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// What was allowed.
    pub scope: String,
    /// The nonce for the ID token.
    pub nonce: Option<String>,
    /// What the PKCE rule stored.
    pub challenge: Option<String>,
    /// The authorization that it begins.
    pub authorization: String,
    /// When it expires.
    pub expires: Timestamp,
}

/// What a refresh token stands for until it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// The client that it was issued to.
    pub client_id: String,
    /// Who allowed it.
    pub user: String,
    /// What was allowed.
    pub scope: String,
    /// The authorization that it belongs to.
    pub authorization: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) username: String,
    pub(crate) csrf: String,
}

pub(crate) struct Store {
    pub(crate) key: SigningKey,
    pub(crate) keys: VerificationKeys,
    /// The published key set, as JSON.
    pub(crate) published: String,
    pub(crate) clients: Mutex<Vec<Client>>,
    pub(crate) sessions: Mutex<HashMap<String, Session>>,
    pub(crate) requests: Mutex<HashMap<String, Pending>>,
    pub(crate) consents: Mutex<HashSet<(String, String)>>,
    pub(crate) codes: SingleUse<Code>,
    pub(crate) refresh_tokens: SingleUse<Refresh>,
    /// Authorizations that have ended. The API learns of them at once, as if by introspection.
    pub(crate) revoked: Mutex<HashSet<String>>,
    pub(crate) throttle: LoginThrottle,
}

impl Store {
    pub(crate) async fn new(urls: &Urls) -> Result<Self, StartError> {
        people::prepare().await?;
        let failed = |error: &dyn std::fmt::Display| StartError::new(error.to_string(), "try again");
        let key = SigningKey::generate(Algorithm::ES256).map_err(|error| failed(&error))?;
        let set = JwkSet { keys: key.public_jwk().into_iter().collect() };
        let client = |id: &str, client_type, uris: &[String], audience: &str| {
            let parsed: Result<Vec<_>, _> =
                uris.iter().map(|uri| RedirectUri::parse(uri, client_type)).collect();
            let redirect_uris = parsed.map_err(|error| failed(&error))?;
            Ok::<_, StartError>(Client {
                id: id.to_owned(),
                client_type,
                redirect_uris,
                as_written: None,
                audience: audience.to_owned(),
            })
        };
        let clients = vec![
            client(ALBUM, ClientType::Confidential, &[format!("{}/callback", urls.client)], &urls.api)?,
            client(SPA, ClientType::Public, &[format!("{}/spa", urls.client)], &urls.api)?,
            client(QUIZ, ClientType::Confidential, &[format!("{}/callback", urls.attacker)], &urls.attacker)?,
        ];
        Ok(Self {
            keys: VerificationKeys::from_signing_keys([&key]),
            published: serde_json::to_string(&set).unwrap_or_default(),
            key,
            clients: Mutex::new(clients),
            sessions: Mutex::default(),
            requests: Mutex::default(),
            consents: Mutex::default(),
            codes: SingleUse::default(),
            refresh_tokens: SingleUse::default(),
            revoked: Mutex::default(),
            throttle: LoginThrottle::new(10, 12, Duration::from_secs(300)),
        })
    }

    pub(crate) fn client(&self, id: &str) -> Option<Client> {
        lock(&self.clients).iter().find(|client| client.id == id).cloned()
    }

    /// The session that a browser's cookie names.
    pub(crate) fn session(&self, headers: &HeaderMap) -> Option<Session> {
        lock(&self.sessions).get(&cookie(headers, COOKIE)?).cloned()
    }

    /// Whether this CSRF token belongs to any session.
    pub(crate) fn knows_csrf(&self, token: &str) -> bool {
        let presented = CsrfToken::new(token);
        lock(&self.sessions).values().any(|session| CsrfToken::new(session.csrf.clone()).matches(&presented))
    }
}

/// Without SameSite: Chromium then sends it with a cross-site POST for two minutes, and later not.
const COOKIE: &str = "lab_as_session";

/// A cookie of a request.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let line = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = line.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/authorize", get(authorize::authorize))
        .route("/login", get(login::form).post(login::sign_in))
        .route("/consent", get(authorize::consent_page).post(authorize::consent))
        .route("/token", post(token::token))
        .route("/revoke", post(token::revoke))
        .route("/register", post(registration::register))
        .route("/jwks.json", get(jwks))
        .route("/.well-known/openid-configuration", get(metadata))
        .merge(page::assets())
}

/// Byte for byte what the API has, too.
async fn jwks(State(world): State<Arc<World>>) -> Response {
    let published = world.live().authorization_server.published.clone();
    ([(header::CONTENT_TYPE, "application/json")], published).into_response()
}

async fn metadata(State(world): State<Arc<World>>) -> Response {
    let issuer = &world.urls.authorization_server;
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "registration_endpoint": format!("{issuer}/register"),
        "jwks_uri": format!("{issuer}/jwks.json"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    });
    page::json(StatusCode::OK, &metadata)
}
