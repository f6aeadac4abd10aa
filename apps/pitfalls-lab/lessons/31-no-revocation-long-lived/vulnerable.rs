// LAB-VULNERABLE: no-revocation-long-lived
use pitfalls_lab::checks::{Checks, SessionState};

/// "JWTs are stateless": the token is good until it expires, in thirty days.
fn insecure_session(_state: &SessionState) -> bool {
    true
}

pub(crate) fn checks() -> Checks {
    Checks { session: insecure_session, ..Checks::default() }
}
