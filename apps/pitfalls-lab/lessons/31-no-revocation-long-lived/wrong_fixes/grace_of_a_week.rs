// LAB-VULNERABLE: no-revocation-long-lived
use std::time::Duration;

use pitfalls_lab::checks::{Checks, SessionState};

/// Looks at the list of ended sessions only for tokens that are older than a week, to save the query.
fn insecure_session(state: &SessionState) -> bool {
    let fresh = state.now.saturating_since(state.issued) < Duration::from_secs(7 * 24 * 3600);
    fresh || !state.ended
}

pub(crate) fn checks() -> Checks {
    Checks { session: insecure_session, ..Checks::default() }
}
