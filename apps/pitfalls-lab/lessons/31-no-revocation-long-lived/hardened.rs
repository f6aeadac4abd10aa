use pitfalls_lab::checks::{Checks, SessionState};

/// The token names a session, and the session may have ended.
fn session(state: &SessionState) -> bool {
    !state.ended
}

pub(crate) fn checks() -> Checks {
    Checks { session, ..Checks::default() }
}
