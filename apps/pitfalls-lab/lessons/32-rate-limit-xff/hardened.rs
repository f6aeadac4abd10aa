use std::net::IpAddr;

use auth_core::peer::TrustedProxies;
use pitfalls_lab::checks::{Checks, PeerCheck};

/// Headers count only from proxies that are configured by address. Here there is none.
fn peer(check: &PeerCheck<'_>) -> IpAddr {
    TrustedProxies::default().peer_address(check.socket, check.x_forwarded_for, check.forwarded)
}

pub(crate) fn checks() -> Checks {
    Checks { peer, ..Checks::default() }
}
