//! Bodies for answers that no handler made: 404 and 405, for people and for programs.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};
use auth_core::error::OAuthError;

use super::json::JsonError;
use super::page::PageError;
use crate::oauth::metadata::{INTROSPECT, REVOKE, TOKEN, USERINFO};

/// Whether a program asks here. Everywhere else a person sees the answer.
fn is_for_programs(path: &str) -> bool {
    [TOKEN, REVOKE, INTROSPECT, USERINFO].contains(&path.trim_end_matches('/'))
}

/// Gives an error without a body the body that belongs there.
pub(crate) async fn complete(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    let for_programs = is_for_programs(request.path());
    let answer = next.call(request).await?;
    let status = answer.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_bare = matches!(answer.response().body().size(), BodySize::None | BodySize::Sized(0));
    if !(is_error && is_bare) {
        return Ok(answer);
    }
    let allow = answer.headers().get(ALLOW).cloned();
    let mut body = if for_programs { for_program(status) } else { for_person(status) };
    if let Some(allow) = allow {
        body.headers_mut().insert(ALLOW, allow);
    }
    Ok(answer.into_response(body))
}

fn for_program(status: StatusCode) -> HttpResponse {
    let description = match status {
        StatusCode::METHOD_NOT_ALLOWED => "this endpoint takes only the methods in the Allow header",
        _ => "the request could not be answered here",
    };
    JsonError::new(status, OAuthError::invalid_request(description)).error_response()
}

fn for_person(status: StatusCode) -> HttpResponse {
    let (title, what_happened) = match status {
        StatusCode::NOT_FOUND => {
            ("There is no such page", "The address that was opened does not exist on this server.")
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            ("This cannot be done here", "The address exists, but not for this kind of request.")
        }
        _ => ("The request could not be answered", "This server could not make sense of the request."),
    };
    let what_to_do = "Check the address, or begin again in the application that you came from.";
    PageError::new(status, title, what_happened, what_to_do).error_response()
}
