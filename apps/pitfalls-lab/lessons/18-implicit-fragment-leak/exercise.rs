// Your repair of implicit-fragment-leak. It is vulnerable as it stands (LAB-VULNERABLE: implicit-fragment-leak).
// Edit it, then:  cargo run -p pitfalls-lab -- check implicit-fragment-leak
use auth_core::error::OAuthError;
use pitfalls_lab::checks::{Checks, ResponseType};

/// Still offers the implicit grant, for an old app that somebody remembers.
fn insecure_response_type(asked: &str) -> Result<ResponseType, OAuthError> {
    match asked {
        "code" => Ok(ResponseType::Code),
        "token" => Ok(ResponseType::Token),
        _ => Err(OAuthError::unsupported_response_type("use code or token")),
    }
}

pub(crate) fn checks() -> Checks {
    Checks { response_type: insecure_response_type, ..Checks::default() }
}
