use pitfalls_lab::checks::{Checks, RedeemedBy};

/// The code belongs to the client that it was issued to, and to no other.
fn code_client(by: &RedeemedBy<'_>) -> bool {
    by.issued_to == by.presented_by
}

pub(crate) fn checks() -> Checks {
    Checks { code_client, ..Checks::default() }
}
