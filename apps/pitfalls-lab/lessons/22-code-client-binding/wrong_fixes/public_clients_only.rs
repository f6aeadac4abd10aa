// LAB-VULNERABLE: code-client-binding
use pitfalls_lab::checks::{Checks, RedeemedBy};

/// Compares for public clients, because "confidential ones have authenticated". As themselves.
fn insecure_code_client(by: &RedeemedBy<'_>) -> bool {
    let public = by.presented_by.ends_with("-spa") || by.presented_by.len() == 12;
    !public || by.issued_to == by.presented_by
}

pub(crate) fn checks() -> Checks {
    Checks { code_client: insecure_code_client, ..Checks::default() }
}
