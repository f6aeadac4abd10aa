//! Where the lab listens and where it keeps the score. Neither is a setting.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use auth_core::loopback::in_a_container;

/// This machine's loopback address, and nothing else: a port can be chosen, an address cannot.
///
/// In our own container image it is every address *of the container*, because a container's loopback is
/// out of reach from outside of it. There docker-compose.yml publishes the ports, on the host's loopback
/// address only. Two marks must agree, so that neither a variable on somebody's machine nor some other
/// container opens the lab.
pub(crate) fn address(port: u16) -> SocketAddr {
    let ip = if in_our_container() { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    SocketAddr::from((ip, port))
}

/// Beside the build of this checkout, so that every participant has their own; in the container, on its
/// one volume.
pub(crate) fn score() -> PathBuf {
    let folder = if in_our_container() {
        PathBuf::from("/data")
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
    };
    folder.join("pitfalls-lab-score.json")
}

fn in_our_container() -> bool {
    // The Dockerfile sets the first; the engine makes the second.
    std::env::var_os("PITFALLS_LAB_IMAGE").is_some() && in_a_container()
}
