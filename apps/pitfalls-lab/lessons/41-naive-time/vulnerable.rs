// LAB-VULNERABLE: naive-time
use std::time::Duration;

use auth_core::clock::Timestamp;
use pitfalls_lab::checks::{Checks, ServerTime};

/// `(datetime.utcnow() + lifetime).timestamp()`, in Rust: a UTC time that has forgotten its zone is taken
/// for local time. In Los Angeles that adds eight hours.
fn insecure_token_expiry(time: &ServerTime, lifetime: Duration) -> Timestamp {
    let utc_without_zone = time.now.unix();
    time.read_as_local(utc_without_zone) + lifetime
}

pub(crate) fn checks() -> Checks {
    Checks { token_expiry: insecure_token_expiry, ..Checks::default() }
}
