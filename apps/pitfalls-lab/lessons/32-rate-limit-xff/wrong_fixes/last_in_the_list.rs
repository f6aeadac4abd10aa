// LAB-VULNERABLE: rate-limit-xff
use std::net::IpAddr;

use pitfalls_lab::checks::{Checks, PeerCheck};

/// The last address of the list is the one that the proxy added. If there is a proxy.
fn insecure_peer(check: &PeerCheck<'_>) -> IpAddr {
    let last = check.x_forwarded_for.last().and_then(|value| value.rsplit(',').next());
    last.and_then(|address| address.trim().parse().ok()).unwrap_or(check.socket)
}

pub(crate) fn checks() -> Checks {
    Checks { peer: insecure_peer, ..Checks::default() }
}
