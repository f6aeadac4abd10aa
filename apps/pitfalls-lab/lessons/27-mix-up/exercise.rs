// Your repair of mix-up. It is vulnerable as it stands (LAB-VULNERABLE: mix-up).
// Edit it, then:  cargo run -p pitfalls-lab -- check mix-up
use pitfalls_lab::checks::{Checks, ResponseIssuer};

/// A code is a code. Which server it is from, the client remembers from the beginning of the login.
fn insecure_response_issuer(_response: &ResponseIssuer<'_>) -> bool {
    true
}

pub(crate) fn checks() -> Checks {
    Checks { response_issuer: insecure_response_issuer, ..Checks::default() }
}
