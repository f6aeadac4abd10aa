//! Name resolution in which `localhost` and every name under it mean this machine.
//!
//! Browsers and curl already do so; many system resolvers do not know `api.localhost`, and one
//! that asks the network for it hands the choice of address to whoever answers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

use crate::loopback::is_loopback;

#[derive(Debug)]
pub(super) struct LoopbackNames;

impl Resolve for LoopbackNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // RFC 6761 §6.3
            if is_loopback(&Host::Domain(name.as_str())) {
                let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()];
                // Port 0 stands for the port of the URL.
                return Ok(Box::new(loopback.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
