//! The attacker as a provider: an authorization server of her own, honest as long as that serves her.

use std::sync::Arc;
use std::time::Duration;

use auth_core::jwks::JwkSet;
use auth_core::jwt::{IdTokenClaims, JWT_TYPE};
use auth_core::params::Params;
use auth_core::secret::random_token;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, Uri, header};
use serde_json::json;
use url::Url;

use super::super::authorization_server::ALBUM;
use super::super::{World, page};
use crate::lock;

/// The attacker's authorization endpoint: answers at once, or leads wherever the exploit wants.
pub(super) async fn authorize(
    State(world): State<Arc<World>>,
    RawQuery(query): RawQuery,
    uri: Uri,
) -> Response {
    let live = world.live();
    live.attacker.write_down(&Method::GET, &uri, &Bytes::new());
    let query = query.unwrap_or_default();
    let params = Params::parse(query.as_bytes()).unwrap_or_default();
    // Wherever the browser goes from here: the nonce is in the address, so the ID token can repeat it.
    params.get("nonce").unwrap_or_default().clone_into(&mut lock(&live.attacker.nonce));
    if let Some(elsewhere) = live.attacker.prepared("authorize") {
        return page::see_other(&elsewhere.replace("{query}", &query));
    }
    let answer = [
        ("code", "made-up"),
        ("state", params.get("state").unwrap_or_default()),
        ("iss", &world.urls.attacker),
    ];
    match Url::parse_with_params(params.get("redirect_uri").unwrap_or_default(), answer) {
        Ok(url) => page::see_other(url.as_str()),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// The attacker's token endpoint: what the exploit has prepared, or an honest answer.
pub(super) async fn token(
    State(world): State<Arc<World>>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Response {
    let live = world.live();
    live.attacker.write_down(&method, &uri, &body);
    if live.attacker.prepared("stall").is_some() {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    let nonce = lock(&live.attacker.nonce).clone();
    if let Some(prepared) = live.attacker.prepared("token-response") {
        return ([(header::CONTENT_TYPE, "application/json")], prepared.replace("{nonce}", &nonce))
            .into_response();
    }
    let now = live.clock.now();
    let claims = IdTokenClaims {
        iss: world.urls.attacker.clone(),
        sub: "quiz-player".to_owned(),
        aud: ALBUM.into(),
        exp: now + Duration::from_secs(600),
        iat: now,
        nonce: Some(nonce),
        ..IdTokenClaims::default()
    };
    let id_token = live.attacker.key().and_then(|key| key.sign(JWT_TYPE, &claims).ok());
    let body = json!({ "access_token": random_token(), "token_type": "Bearer", "id_token": id_token });
    page::json(StatusCode::OK, &body)
}

pub(super) async fn jwks(State(world): State<Arc<World>>) -> Response {
    let key = world.live().attacker.key().and_then(|key| key.public_jwk());
    let set = JwkSet { keys: key.into_iter().collect() };
    page::json(StatusCode::OK, &serde_json::to_value(&set).unwrap_or_default())
}
