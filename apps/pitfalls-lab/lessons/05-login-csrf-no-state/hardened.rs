use auth_core::secret::State;
use pitfalls_lab::checks::{Checks, PendingLogin, PendingLogins};

/// The login that *this* browser began, taken once, and its `state` compared in constant time.
fn pending_login(logins: &PendingLogins, session: &str, state: Option<&str>) -> Option<PendingLogin> {
    let login = logins.take_of_session(session)?;
    let presented = State::new(state?);
    State::new(login.state.clone()).matches(&presented).then_some(login)
}

pub(crate) fn checks() -> Checks {
    Checks { pending_login, ..Checks::default() }
}
