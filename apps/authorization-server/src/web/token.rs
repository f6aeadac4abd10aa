//! The token endpoint (RFC 6749 §3.2).

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::json::{JsonError, json};
use super::{Web, client};
use crate::oauth::token;
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: token_endpoint
pub(crate) async fn post(
    web: Data<Web>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, JsonError> {
    // RFC 8707 §2: `resource` may stand more than once.
    let call = client::read(&web, &request, payload, &["resource"]).await?;
    let (state, caller) = (web.clone(), call.caller.clone());
    let answer = web.db.run(move |tx| token::exchange(tx, &state.ctx, &call.client, &call.form)).await;
    let answer = answer.map(|tokens| json(StatusCode::OK, &tokens));
    Ok(client::finish(&web, &caller, answer.map_err(JsonError::from)))
}
// ANCHOR_END: token_endpoint
