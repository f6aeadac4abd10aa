// LAB-VULNERABLE: mix-up
use pitfalls_lab::checks::{Checks, ResponseIssuer};

/// `iss` must be there, and look like an issuer. It does: it is the honest one, and the wrong one.
fn insecure_response_issuer(response: &ResponseIssuer<'_>) -> bool {
    response.presented.is_some_and(|issuer| issuer.starts_with("http"))
}

pub(crate) fn checks() -> Checks {
    Checks { response_issuer: insecure_response_issuer, ..Checks::default() }
}
