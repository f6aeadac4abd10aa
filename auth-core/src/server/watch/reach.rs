//! From where a watched server may be reached: from this machine, and nowhere else.

use std::ffi::OsStr;
use std::net::{IpAddr, SocketAddr};

use crate::loopback::in_a_container;
use crate::server::StartError;
use crate::wire;

/// Says, in a container, on which address of the host its ports are published.
const PORTS: &str = "WIRE_INSPECTOR_PORTS";

/// Whose requests are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Peers {
    /// Programs of this machine.
    OfLoopback,
    /// Whatever comes through the ports that the host publishes, which it does on its loopback address only: then
    /// the peer is the container's gateway.
    OfThePublishedPorts,
}

/// What has to do with the flow inspector may listen on this address: only this machine can reach it. In a
/// container, `WIRE_INSPECTOR_PORTS=loopback` says so of the ports that the host publishes.
///
/// # Errors
/// When others could reach it.
pub fn only_from_here(address: SocketAddr) -> Result<(), StartError> {
    Peers::of(address).map(drop)
}

impl Peers {
    pub(super) fn has(self, peer: Option<IpAddr>) -> bool {
        self == Peers::OfThePublishedPorts || peer.is_some_and(|peer| peer.to_canonical().is_loopback())
    }

    /// For a server that listens on `address`.
    ///
    /// # Errors
    /// When others could reach it: a `Host` is quickly written, and their messages are not for an inspector.
    pub(in crate::server) fn of(address: SocketAddr) -> Result<Peers, StartError> {
        Peers::decide(address, std::env::var_os(PORTS).as_deref(), in_a_container())
    }

    /// Two marks must agree, so that a variable alone, on somebody's machine, opens nothing.
    fn decide(address: SocketAddr, ports: Option<&OsStr>, in_a_container: bool) -> Result<Peers, StartError> {
        if address.ip().to_canonical().is_loopback() {
            return Ok(Peers::OfLoopback);
        }
        if in_a_container && ports.is_some_and(|ports| ports == "loopback") {
            return Ok(Peers::OfThePublishedPorts);
        }
        Err(StartError::new(
            format!("the flow inspector is for this machine only, and others could reach {address}"),
            format!(
                "listen on 127.0.0.1, or leave {} out; in a container whose ports the host publishes on 127.0.0.1 alone, say so with {PORTS}=loopback",
                wire::SETTING
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_server_that_others_can_reach_is_not_watched() {
        let decide = |address: &str, ports: Option<&str>, in_a_container| {
            Peers::decide(address.parse().unwrap(), ports.map(OsStr::new), in_a_container)
        };
        for here in ["127.0.0.1:8002", "[::1]:8002", "127.3.2.1:1", "[::ffff:127.0.0.1]:1"] {
            assert_eq!(decide(here, None, false).unwrap(), Peers::OfLoopback, "{here}");
        }
        for everywhere in ["0.0.0.0:8002", "[::]:8002", "192.0.2.2:8002"] {
            assert!(decide(everywhere, None, false).is_err(), "{everywhere}");
            assert!(decide(everywhere, None, true).is_err(), "{everywhere} of a container");
            assert!(decide(everywhere, Some("loopback"), false).is_err(), "{everywhere} outside of one");
            assert!(decide(everywhere, Some("0.0.0.0"), true).is_err(), "{everywhere} published everywhere");
            let published = decide(everywhere, Some("loopback"), true).unwrap();
            assert_eq!(published, Peers::OfThePublishedPorts, "{everywhere}");
        }
        let error = decide("0.0.0.0:8002", None, false).unwrap_err().to_string();
        assert!(error.starts_with("the flow inspector is for this machine only"), "{error}");
    }

    #[test]
    fn a_peer_from_elsewhere_is_not_recorded() {
        let of_loopback = |peer: &str| Peers::OfLoopback.has(Some(peer.parse().unwrap()));
        assert!(of_loopback("127.0.0.1") && of_loopback("::1") && of_loopback("::ffff:127.0.0.1"));
        assert!(
            !of_loopback("192.0.2.2") && !of_loopback("::ffff:192.0.2.2") && !Peers::OfLoopback.has(None)
        );
        assert!(Peers::OfThePublishedPorts.has(Some("172.18.0.1".parse().unwrap())));
    }
}
