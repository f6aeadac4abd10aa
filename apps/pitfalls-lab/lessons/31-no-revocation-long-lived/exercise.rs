// Your repair of no-revocation-long-lived. It is vulnerable as it stands (LAB-VULNERABLE: no-revocation-long-lived).
// Edit it, then:  cargo run -p pitfalls-lab -- check no-revocation-long-lived
use pitfalls_lab::checks::{Checks, SessionState};

/// "JWTs are stateless": the token is good until it expires, in thirty days.
fn insecure_session(_state: &SessionState) -> bool {
    true
}

pub(crate) fn checks() -> Checks {
    Checks { session: insecure_session, ..Checks::default() }
}
