//! The API: `/users/me` for access tokens of the authorization server, and an older login of its own
//! (`/token`, `/account`), as first-party APIs have it.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::bearer::{BearerError, BearerRejection, bearer_token};
use auth_core::jwt::{self, AccessTokenClaims, Algorithm, Expected, SigningKey, VerificationKeys};
use auth_core::params::Params;
use auth_core::secret::{SigningSecret, random_id};
use auth_core::server::StartError;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::authorization_server::{self, ALBUM, authenticated};
use super::{World, page};
use crate::checks::{AccessTokenCheck, Checks, SessionState};
use crate::lock;

/// The type of the API's own session tokens: never to be mistaken for another kind of JWT.
pub(crate) const SESSION_TYPE: &str = "session+jwt";

/// What stands in this API's settings file, in both twins: the example of a tutorial.
pub(crate) const CONFIGURED_SECRET: &str = "LAB-ONLY-your-secret-key-out-of-the-article";

const SESSION_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

pub(crate) struct Store {
    key: SigningKey,
    /// What the operator is told when the configured secret was refused.
    pub(crate) start_message: Option<String>,
    /// Sessions that have ended, by the `jti` of their token.
    ended: Mutex<HashSet<String>>,
}

impl Store {
    pub(crate) fn new(checks: &Checks) -> Result<Self, StartError> {
        // A production app exits with this message. The lab's operator reads it and makes a secret.
        let (secret, start_message) = match (checks.signing_secret)(CONFIGURED_SECRET) {
            Ok(secret) => (secret, None),
            Err(error) => (SigningSecret::generate(), Some(error.to_string())),
        };
        let key =
            SigningKey::hs256(secret).map_err(|error| StartError::new(error.to_string(), "use 32 bytes"))?;
        Ok(Self { key, start_message, ended: Mutex::default() })
    }
}

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/users/me", get(me))
        .route("/token", post(token))
        .route("/account", get(account))
        .route("/logout", post(logout))
        .route("/status", get(status))
}

/// What the operator sees when the API starts.
async fn status(State(world): State<Arc<World>>) -> Response {
    page::json(StatusCode::OK, &json!({ "started_with": world.live().api.start_message }))
}

fn unauthorized(error: &BearerError) -> Response {
    BearerRejection::of(error, "api").into_response()
}

fn token_of(headers: &HeaderMap) -> Result<String, BearerError> {
    let values: Vec<&str> =
        headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| value.to_str().ok()).collect();
    bearer_token(&values)?.map(|token| token.secret().to_owned()).ok_or(BearerError::Missing)
}

async fn me(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    let live = world.live();
    let server = &live.authorization_server;
    let token = match token_of(&headers) {
        Ok(token) => token,
        Err(error) => return unauthorized(&error),
    };
    let check = AccessTokenCheck {
        token: &token,
        keys: &server.keys,
        published: &server.published,
        issuer: &world.urls.authorization_server,
        audience: &world.urls.api,
        own_client: ALBUM,
        now: live.clock.now(),
    };
    let claims = match (world.checks.access_token)(&check) {
        Ok(claims) => claims,
        Err(reason) => {
            tracing::debug!(%reason, "access token refused");
            return unauthorized(&BearerError::InvalidToken);
        }
    };
    // In place of introspection: the API knows which authorizations have ended.
    if claims.auth_id.as_ref().is_some_and(|id| lock(&server.revoked).contains(id)) {
        return unauthorized(&BearerError::InvalidToken);
    }
    let name = authorization_server::user(&claims.sub).map(|user| user.name);
    let name = name.or((claims.sub == claims.client_id).then_some("the client itself"));
    match name {
        Some(name) => page::json(StatusCode::OK, &json!({ "sub": claims.sub, "name": name })),
        None => unauthorized(&BearerError::InvalidToken),
    }
}

/// The API's own login, as the FastAPI tutorial has it: a password for a token.
async fn token(
    State(world): State<Arc<World>>,
    ConnectInfo(socket): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let live = world.live();
    let form = Params::parse(&body).unwrap_or_default();
    let username = form.get("username").unwrap_or_default();
    let password = form.get("password").unwrap_or_default();
    let user = match authenticated(&world, &live, &headers, socket, username, password).await {
        Ok(Some(user)) => user,
        // RFC 6749 §5.2; the same answer for a user who does not exist.
        Ok(None) => {
            let refusal = auth_core::error::OAuthError::invalid_grant("user name or password is wrong");
            return page::json(refusal.status(), &refusal.to_json());
        }
        Err(refusal) => return refusal,
    };
    let now = live.clock.now();
    let claims = AccessTokenClaims {
        iss: world.urls.api.clone(),
        sub: user.to_owned(),
        aud: world.urls.api.clone().into(),
        client_id: "first-party".to_owned(),
        exp: now + SESSION_LIFETIME,
        iat: now,
        jti: random_id(16),
        ..AccessTokenClaims::default()
    };
    match live.api.key.sign(SESSION_TYPE, &claims) {
        Ok(token) => page::json(StatusCode::OK, &json!({ "access_token": token, "token_type": "bearer" })),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn session(world: &World, headers: &HeaderMap) -> Result<AccessTokenClaims, BearerError> {
    let live = world.live();
    let token = token_of(headers)?;
    let expected = Expected {
        typ: SESSION_TYPE,
        algorithms: vec![Algorithm::HS256],
        ..Expected::access_token(world.urls.api.clone(), world.urls.api.clone())
    };
    let keys = VerificationKeys::from_signing_keys([&live.api.key]);
    let claims: AccessTokenClaims = jwt::verify(&token, &keys, &expected, live.clock.now())
        .map_err(|_| BearerError::InvalidToken)?
        .claims;
    let ended = lock(&live.api.ended).contains(&claims.jti);
    let state = SessionState { ended, issued: claims.iat, now: live.clock.now() };
    if (world.checks.session)(&state) { Ok(claims) } else { Err(BearerError::InvalidToken) }
}

async fn account(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    match session(&world, &headers) {
        Ok(claims) => page::json(StatusCode::OK, &json!({ "username": claims.sub })),
        Err(error) => unauthorized(&error),
    }
}

/// Ends the session: log out, or change of password.
async fn logout(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    match session(&world, &headers) {
        Ok(claims) => {
            lock(&world.live().api.ended).insert(claims.jti);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => unauthorized(&error),
    }
}
