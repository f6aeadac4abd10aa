//! The userinfo endpoint (OpenID Connect Core §5.3): claims about whoever a token is about.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use auth_core::bearer::{BearerError, BearerRejection, bearer_token};
use auth_core::secret::BearerToken;

use super::Web;
use super::body::form;
use super::client::authorization;
use super::json::{JsonError, json, never_store};
use crate::db::Refused;
use crate::oidc::userinfo;

#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn get(web: Data<Web>, request: HttpRequest) -> Result<HttpResponse, JsonError> {
    answer(&web, bearer_token(&authorization(&request))).await
}

/// As GET; the token may also come as a form's `access_token` (RFC 6750 §2.2).
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn post(
    web: Data<Web>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, JsonError> {
    let in_header = bearer_token(&authorization(&request));
    let has_body = request.headers().contains_key("content-type");
    let token = if has_body {
        let form = form(&request, payload, &[]).await?;
        match (in_header, form.get("access_token")) {
            (Ok(None), Some(token)) => bearer_token(&[&format!("Bearer {token}")]),
            // RFC 6750 §2: one method for each request.
            (Ok(Some(_)), Some(_)) => Err(BearerError::Malformed),
            (in_header, _) => in_header,
        }
    } else {
        in_header
    };
    answer(&web, token).await
}

async fn answer(
    web: &Data<Web>,
    token: Result<Option<BearerToken>, BearerError>,
) -> Result<HttpResponse, JsonError> {
    let token = match token {
        Ok(Some(token)) => token,
        Ok(None) => return Ok(refuse(&BearerError::Missing)),
        Err(error) => return Ok(refuse(&error)),
    };
    let state = web.clone();
    let claims = web.db.run(move |tx| userinfo::userinfo(tx, &state.ctx, &token)).await;
    match claims {
        Ok(claims) => Ok(json(StatusCode::OK, &claims)),
        Err(Refused::Fault(fault)) => Err(fault.into()),
        Err(Refused::Answer(error)) => Ok(refuse(&error)),
    }
}

fn refuse(error: &BearerError) -> HttpResponse {
    let mut response = BearerRejection::of(error, "userinfo").error_response();
    never_store(response.headers_mut());
    response
}
