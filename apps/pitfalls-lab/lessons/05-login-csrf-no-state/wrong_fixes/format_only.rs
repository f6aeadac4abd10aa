// LAB-VULNERABLE: login-csrf-no-state
use pitfalls_lab::checks::{Checks, PendingLogin, PendingLogins};

/// `state` must be there, long enough, and known, and it is taken once. All of that is true of the
/// attacker's: the server does not know *whose* it is.
fn insecure_pending_login(
    logins: &PendingLogins,
    _session: &str,
    state: Option<&str>,
) -> Option<PendingLogin> {
    let state = state.filter(|state| state.len() >= 43)?;
    let login = logins.take_by_state(state)?;
    (login.state == state).then_some(login)
}

pub(crate) fn checks() -> Checks {
    Checks { pending_login: insecure_pending_login, ..Checks::default() }
}
