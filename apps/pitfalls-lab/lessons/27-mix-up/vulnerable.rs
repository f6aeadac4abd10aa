// LAB-VULNERABLE: mix-up
use pitfalls_lab::checks::{Checks, ResponseIssuer};

/// A code is a code. Which server it is from, the client remembers from the beginning of the login.
fn insecure_response_issuer(_response: &ResponseIssuer<'_>) -> bool {
    true
}

pub(crate) fn checks() -> Checks {
    Checks { response_issuer: insecure_response_issuer, ..Checks::default() }
}
