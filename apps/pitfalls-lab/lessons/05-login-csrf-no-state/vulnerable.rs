// LAB-VULNERABLE: login-csrf-no-state
use pitfalls_lab::checks::{Checks, PendingLogin, PendingLogins};

/// Finds the login by its `state`, whoever began it, and never asks whether it was this browser.
fn insecure_pending_login(
    logins: &PendingLogins,
    _session: &str,
    state: Option<&str>,
) -> Option<PendingLogin> {
    logins.take_by_state(state?)
}

pub(crate) fn checks() -> Checks {
    Checks { pending_login: insecure_pending_login, ..Checks::default() }
}
