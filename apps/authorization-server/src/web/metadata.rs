//! What the server says about itself: discovery documents and public keys.

use actix_web::HttpResponse;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use actix_web::web::Data;
use serde::Serialize;

use super::Web;
use super::json::JsonError;
use crate::db::Refused;
use crate::oauth::metadata;
use crate::oidc::discovery;

/// OpenID Connect Discovery 1.0 §4.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn openid_configuration(web: Data<Web>) -> HttpResponse {
    public_json(&discovery::openid_configuration(&web.ctx))
}

/// RFC 8414 §3.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn authorization_server(web: Data<Web>) -> HttpResponse {
    public_json(&metadata::authorization_server(&web.ctx))
}

/// RFC 7517 §5. A key is published before it signs and until its last token has expired, so that
/// five minutes in a cache do no harm.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn jwks(web: Data<Web>) -> Result<HttpResponse, JsonError> {
    let state = web.clone();
    let keys = web.db.run(move |tx| Ok::<_, Refused<JsonError>>(state.ctx.keys.jwks(tx)?)).await?;
    Ok(public_json(&keys))
}

/// The same for everybody: scripts of any origin may read it, and caches may keep it a while.
fn public_json<T: Serialize>(document: &T) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .json(document)
}
