// LAB-VULNERABLE: implicit-fragment-leak
use auth_core::error::OAuthError;
use pitfalls_lab::checks::{Checks, ResponseType};

/// Refuses `token`, and forgets the combinations that contain it.
fn insecure_response_type(asked: &str) -> Result<ResponseType, OAuthError> {
    match asked {
        "code" => Ok(ResponseType::Code),
        "token" => Err(OAuthError::unsupported_response_type("the implicit grant is switched off")),
        combined if combined.split(' ').any(|part| part == "token") => Ok(ResponseType::Token),
        _ => Err(OAuthError::unsupported_response_type("use code")),
    }
}

pub(crate) fn checks() -> Checks {
    Checks { response_type: insecure_response_type, ..Checks::default() }
}
