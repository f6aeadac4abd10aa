use pitfalls_lab::checks::{Checks, ResponseIssuer};

/// `iss` must be the server that this login began at; absent only if that server never sends it.
fn response_issuer(response: &ResponseIssuer<'_>) -> bool {
    match response.presented {
        Some(presented) => presented == response.expected,
        None => !response.advertised,
    }
}

pub(crate) fn checks() -> Checks {
    Checks { response_issuer, ..Checks::default() }
}
