//! The introspection endpoint (RFC 7662).

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::json::{JsonError, json};
use super::{Web, client};
use crate::oauth::introspect;

#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn post(
    web: Data<Web>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, JsonError> {
    let call = client::read(&web, &request, payload, &[]).await?;
    let (state, caller) = (web.clone(), call.caller.clone());
    let answer = web.db.run(move |tx| introspect::introspect(tx, &state.ctx, &call.client, &call.form)).await;
    let answer = answer.map(|about| json(StatusCode::OK, &about));
    Ok(client::finish(&web, &caller, answer.map_err(JsonError::from)))
}
