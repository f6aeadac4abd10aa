//! What the token, revocation and introspection endpoints have in common: a form, from a client
//! that says who it is, no more often than it should.

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use auth_core::client_authentication::{PresentedClient, present};
use auth_core::error::OAuthError;
use auth_core::params::Params;
use auth_core::peer::actix::peer_address;

use super::Web;
use super::body::form;
use super::json::JsonError;
use super::throttle::Caller;

/// A request as a client sent it. Nothing of it has been checked beyond its form.
pub(crate) struct ClientRequest {
    pub(crate) client: PresentedClient,
    pub(crate) form: Params,
    pub(crate) caller: Caller,
}

/// Reads a request. Only parameters in `repeatable` may stand more than once.
pub(crate) async fn read(
    web: &Web,
    request: &HttpRequest,
    payload: Payload,
    repeatable: &[&str],
) -> Result<ClientRequest, JsonError> {
    // RFC 6749 §2.3.1 and RFC 9700 §4.3: credentials and tokens in an address end up in logs.
    if !request.query_string().is_empty() {
        let error = OAuthError::invalid_request("send the parameters in the body, not in the address");
        return Err(JsonError::new(StatusCode::BAD_REQUEST, error));
    }
    let form = form(request, payload, repeatable).await?;
    let authorization = authorization(request);
    let peer = peer_address(&web.proxies, request);
    let client = match present(&authorization, &form) {
        Ok(client) => client,
        Err(refusal) => {
            let nobody = Caller::new(peer, "");
            throttled(web, &nobody)?;
            let error = JsonError::from(refusal);
            web.clients.failed(&nobody, error.weight());
            return Err(error);
        }
    };
    let caller = Caller::new(peer, &client.client_id);
    throttled(web, &caller)?;
    Ok(ClientRequest { client, form, caller })
}

/// The values of the Authorization header. One that is not text cannot be valid.
pub(crate) fn authorization(request: &HttpRequest) -> Vec<&str> {
    let values = request.headers().get_all(AUTHORIZATION);
    values.map(|value| value.to_str().unwrap_or_default()).collect()
}

fn throttled(web: &Web, caller: &Caller) -> Result<(), JsonError> {
    web.clients.check(caller).map_err(JsonError::throttled)
}

/// Remembers a failure, and answers.
pub(crate) fn finish(web: &Web, caller: &Caller, answer: Result<HttpResponse, JsonError>) -> HttpResponse {
    answer.unwrap_or_else(|error| {
        web.clients.failed(caller, error.weight());
        error.error_response()
    })
}
