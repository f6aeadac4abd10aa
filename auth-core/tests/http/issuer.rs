//! An authorization server in miniature: a key set and an introspection endpoint that count their
//! visitors and do as they are told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::clock::{Clock, Timestamp};
use auth_core::introspection::IntrospectionResponse;
use auth_core::jwks::JwkSet;
use auth_core::jwt::{ACCESS_TOKEN_TYPE, AccessTokenClaims, Algorithm, SigningKey};
use auth_core::scope::Scopes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "https://api.example";

#[derive(Clone, Default)]
pub(crate) struct Issuer(Arc<Inner>);

#[derive(Default)]
struct Inner {
    keys: Mutex<JwkSet>,
    tokens: Mutex<HashMap<String, IntrospectionResponse>>,
    /// What every endpoint answers instead, if anything.
    failure: Mutex<Option<StatusCode>>,
    cache_control: Mutex<Option<&'static str>>,
    visits: AtomicUsize,
}

impl Issuer {
    /// Starts it and says where it is.
    pub(crate) async fn start() -> (Self, String) {
        let issuer = Self::default();
        let app = Router::new()
            .route("/jwks.json", get(jwks))
            .route("/introspect", post(introspect))
            .with_state(issuer.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (issuer, url)
    }

    pub(crate) fn visits(&self) -> usize {
        self.0.visits.load(Ordering::SeqCst)
    }

    pub(crate) fn publish(&self, keys: &[&SigningKey]) {
        let keys = keys.iter().filter_map(|key| key.public_jwk()).collect();
        *self.0.keys.lock().unwrap() = JwkSet { keys };
    }

    pub(crate) fn fail_with(&self, failure: Option<StatusCode>) {
        *self.0.failure.lock().unwrap() = failure;
    }

    pub(crate) fn cache_control(&self, value: &'static str) {
        *self.0.cache_control.lock().unwrap() = Some(value);
    }

    pub(crate) fn tokens(&self, change: impl FnOnce(&mut HashMap<String, IntrospectionResponse>)) {
        change(&mut self.0.tokens.lock().unwrap());
    }

    /// Counts the visit, and takes a moment, so that parallel visitors meet.
    async fn visit(&self) -> Option<Response> {
        self.0.visits.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(30)).await;
        let failure = *self.0.failure.lock().unwrap();
        failure.map(IntoResponse::into_response)
    }
}

async fn jwks(State(issuer): State<Issuer>) -> Response {
    if let Some(failure) = issuer.visit().await {
        return failure;
    }
    let keys = issuer.0.keys.lock().unwrap().clone();
    let cache_control = *issuer.0.cache_control.lock().unwrap();
    match cache_control {
        Some(value) => ([(header::CACHE_CONTROL, value)], Json(keys)).into_response(),
        None => Json(keys).into_response(),
    }
}

async fn introspect(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if let Some(failure) = issuer.visit().await {
        return failure;
    }
    // RFC 6749 §2.3.1: notes-api and s%cret, form-encoded before base64.
    if headers.get(header::AUTHORIZATION).is_none_or(|v| v != "Basic bm90ZXMtYXBpOnMlMjVjcmV0") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let response = issuer.0.tokens.lock().unwrap().get(&form["token"]).cloned();
    Json(response.unwrap_or_else(IntrospectionResponse::inactive)).into_response()
}

pub(crate) fn claims(now: Timestamp, scope: &str) -> AccessTokenClaims {
    AccessTokenClaims {
        iss: ISSUER.into(),
        sub: "alice".into(),
        aud: AUDIENCE.into(),
        client_id: "web".into(),
        exp: now + Duration::from_secs(900),
        iat: now,
        jti: "1".into(),
        scope: Scopes::parse(scope).unwrap(),
        ..AccessTokenClaims::default()
    }
}

/// A key and a token signed with it.
pub(crate) fn signed(clock: &Clock, scope: &str) -> (SigningKey, String) {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let token = key.sign(ACCESS_TOKEN_TYPE, &claims(clock.now(), scope)).unwrap();
    (key, token)
}
