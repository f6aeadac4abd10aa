// LAB-VULNERABLE: code-client-binding
use pitfalls_lab::checks::{Checks, RedeemedBy};

/// The client has authenticated and the code exists. That the two belong together goes without saying.
fn insecure_code_client(_by: &RedeemedBy<'_>) -> bool {
    true
}

pub(crate) fn checks() -> Checks {
    Checks { code_client: insecure_code_client, ..Checks::default() }
}
