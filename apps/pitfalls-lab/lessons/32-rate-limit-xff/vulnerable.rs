// LAB-VULNERABLE: rate-limit-xff
use std::net::IpAddr;

use pitfalls_lab::checks::{Checks, PeerCheck};

/// "We are behind a proxy", so the header says who it is. Nobody stands before this server but the caller.
fn insecure_peer(check: &PeerCheck<'_>) -> IpAddr {
    let first = check.x_forwarded_for.first().and_then(|value| value.split(',').next());
    first.and_then(|address| address.trim().parse().ok()).unwrap_or(check.socket)
}

pub(crate) fn checks() -> Checks {
    Checks { peer: insecure_peer, ..Checks::default() }
}
