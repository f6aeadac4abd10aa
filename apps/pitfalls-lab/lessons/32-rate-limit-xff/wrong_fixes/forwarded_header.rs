// LAB-VULNERABLE: rate-limit-xff
use std::net::IpAddr;

use pitfalls_lab::checks::{Checks, PeerCheck};

/// The standard header (RFC 7239) in place of the old one. The attacker can spell that, too.
fn insecure_peer(check: &PeerCheck<'_>) -> IpAddr {
    let stated = check.forwarded.first().and_then(|value| value.strip_prefix("for="));
    stated.and_then(|address| address.parse().ok()).unwrap_or(check.socket)
}

pub(crate) fn checks() -> Checks {
    Checks { peer: insecure_peer, ..Checks::default() }
}
