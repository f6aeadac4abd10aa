//! The revocation endpoint (RFC 7009).

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::{Data, Payload};

use super::json::{JsonError, never_store};
use super::{Web, client};
use crate::oauth::revoke;

#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn post(
    web: Data<Web>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, JsonError> {
    let call = client::read(&web, &request, payload, &[]).await?;
    let (state, caller) = (web.clone(), call.caller.clone());
    let answer = web.db.run(move |tx| revoke::revoke(tx, &state.ctx, &call.client, &call.form)).await;
    // RFC 7009 §2.2: 200 without a body, whether the token was known or not.
    let answer = answer.map(|()| {
        let mut response = HttpResponse::Ok().finish();
        never_store(response.headers_mut());
        response
    });
    Ok(client::finish(&web, &caller, answer.map_err(JsonError::from)))
}
