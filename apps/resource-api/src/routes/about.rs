//! What this API is, for people (`/`) and for clients (RFC 9728).

use actix_web::{HttpResponse, Resource, web};
use serde_json::json;

use super::method_not_allowed;
use crate::Shared;

pub(crate) fn resource() -> Resource {
    web::resource("/").get(about).default_service(web::to(method_not_allowed))
}

pub(crate) fn metadata_resource(path: &str) -> Resource {
    web::resource(path).get(metadata).default_service(web::to(method_not_allowed))
}

#[tracing::instrument(skip_all, level = "debug")]
async fn about(shared: web::Data<Shared>) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "name": "resource-api",
        "description": "A protected API: notes of users, and reports that machines make of them.",
        "authorization_server": shared.issuer,
        "metadata": shared.metadata_url,
        "routes": [
            { "method": "GET", "path": "/notes", "scope": "notes:read", "for": "users" },
            { "method": "POST", "path": "/notes", "scope": "notes:write", "for": "users" },
            { "method": "DELETE", "path": "/notes/{id}", "scope": "notes:write", "for": "users" },
            { "method": "GET", "path": "/reports/pending", "scope": "reports:write", "for": "machines" },
            { "method": "PUT", "path": "/reports/{id}", "scope": "reports:write", "for": "machines" },
        ],
    }))
}

/// RFC 9728 §2: how a client that knows this API alone finds the way to a token.
#[tracing::instrument(skip_all, level = "debug")]
async fn metadata(shared: web::Data<Shared>) -> HttpResponse {
    // ANCHOR: metadata
    HttpResponse::Ok().json(json!({
        "resource": shared.resource,
        "authorization_servers": [shared.issuer],
        "scopes_supported": ["notes:read", "notes:write", "reports:write"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Notes",
    }))
    // ANCHOR_END: metadata
}
