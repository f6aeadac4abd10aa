use auth_core::error::OAuthError;
use pitfalls_lab::checks::{Checks, ResponseType};

/// Codes only: no access token ever travels in an address.
fn response_type(asked: &str) -> Result<ResponseType, OAuthError> {
    match asked {
        "code" => Ok(ResponseType::Code),
        _ => Err(OAuthError::unsupported_response_type("the only response_type is code")),
    }
}

pub(crate) fn checks() -> Checks {
    Checks { response_type, ..Checks::default() }
}
