// LAB-VULNERABLE: naive-time
use std::time::Duration;

use auth_core::clock::Timestamp;
use pitfalls_lab::checks::{Checks, ServerTime};

/// Caps the damage: whatever the zones do, no token lives longer than a day.
fn insecure_token_expiry(time: &ServerTime, lifetime: Duration) -> Timestamp {
    let expiry = time.read_as_local(time.now.unix()) + lifetime;
    expiry.min(time.now + Duration::from_secs(24 * 3600))
}

pub(crate) fn checks() -> Checks {
    Checks { token_expiry: insecure_token_expiry, ..Checks::default() }
}
