//! Registering a client (RFC 7591, of which the lab needs the redirect URIs).

use std::sync::Arc;

use auth_core::redirect_uri::{ClientType, RedirectUri};
use auth_core::secret::random_id;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::super::{World, page};
use super::Client;
use crate::lock;

pub(super) async fn register(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let refuse = |error: &str, description: String| {
        page::json(StatusCode::BAD_REQUEST, &json!({ "error": error, "error_description": description }))
    };
    let form = auth_core::params::Params::parse(&body).unwrap_or_default();
    let Some(redirect_uri) = form.get("redirect_uri") else {
        return refuse("invalid_client_metadata", "redirect_uri is missing".to_owned());
    };
    match (world.checks.registration)(redirect_uri, ClientType::Public) {
        // RFC 7591 §3.2.2
        Err(error) => refuse("invalid_redirect_uri", error.to_string()),
        Ok(()) => {
            let id = random_id(12);
            let client = Client {
                id: id.clone(),
                client_type: ClientType::Public,
                redirect_uris: RedirectUri::parse(redirect_uri, ClientType::Public).into_iter().collect(),
                as_written: Some(redirect_uri.to_owned()),
                audience: world.urls.api.clone(),
            };
            lock(&world.live().authorization_server.clients).push(client);
            page::json(StatusCode::CREATED, &json!({ "client_id": id, "token_endpoint_auth_method": "none" }))
        }
    }
}
