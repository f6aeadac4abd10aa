//! Who is calling: the address of the peer, behind proxies too.
//!
//! `X-Forwarded-For` and `Forwarded` ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)) are
//! written by whoever sends them. They count only when the connection comes from a proxy that was
//! configured by address; anybody else would pick an address of their liking and a fresh throttle
//! with it (RFC 7239 §8.1).
//!
//! # Example
//! ```
//! use auth_core::peer::TrustedProxies;
//!
//! let proxies: TrustedProxies = "10.0.0.0/8, 192.0.2.1".parse()?;
//! let socket = "10.0.0.5".parse()?;
//! let peer = proxies.peer_address(socket, &["203.0.113.7, 10.1.2.3"], &[]);
//! assert_eq!(peer.to_string(), "203.0.113.7");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;

/// The proxies whose word about a caller's address is taken; none by default.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// An entry of the list is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is neither an IP address nor a network; write them like 10.0.0.0/8, 192.0.2.1")]
pub struct InvalidProxy(String);

impl FromStr for TrustedProxies {
    type Err = InvalidProxy;

    /// Addresses and networks, separated by commas; nothing is nobody.
    fn from_str(list: &str) -> Result<TrustedProxies, InvalidProxy> {
        let entries = list.split(',').map(str::trim).filter(|e| !e.is_empty());
        let parse = |entry: &str| {
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| entry.parse::<IpNet>()).map_err(|_| InvalidProxy(entry.to_owned()))
        };
        Ok(TrustedProxies(entries.map(parse).collect::<Result<_, _>>()?))
    }
}

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The caller's address. `socket` is where the connection comes from; the lists are the
    /// values of `X-Forwarded-For` and `Forwarded`, in the order in which they were sent.
    ///
    /// Each proxy appends the address it was called from, so the list is read from the right, and
    /// the first address that is not a trusted proxy's is the caller: what stands further left,
    /// the caller has written.
    pub fn peer_address(&self, socket: IpAddr, x_forwarded_for: &[&str], forwarded: &[&str]) -> IpAddr {
        let socket = socket.to_canonical();
        if !self.trusts(socket) {
            return socket;
        }
        let elements = |values: &[&str]| -> Vec<String> {
            let elements = values.iter().flat_map(|v| v.split(','));
            elements.map(|e| e.trim().to_owned()).collect()
        };
        let plain = elements(x_forwarded_for);
        let standard: Vec<String> = elements(forwarded).iter().map(|e| for_of(e)).collect();
        match (plain.is_empty(), standard.is_empty()) {
            (true, true) => socket,
            (false, true) => self.caller(socket, &plain),
            (true, false) => self.caller(socket, &standard),
            // A proxy writes one of the two and may let the other through as the caller sent it.
            // Which is which can't be told, so where they differ neither counts.
            (false, false) => {
                let caller = self.caller(socket, &plain);
                if caller == self.caller(socket, &standard) { caller } else { socket }
            }
        }
    }

    // ANCHOR: caller
    fn caller(&self, socket: IpAddr, chain: &[String]) -> IpAddr {
        let mut last = socket;
        for entry in chain.iter().rev() {
            // An entry that is no address ("unknown", a made-up name) hides what is behind it.
            let Some(address) = parse_node(entry) else {
                return last;
            };
            last = address;
            if !self.trusts(address) {
                return address;
            }
        }
        last
    }
    // ANCHOR_END: caller
}

/// The `for` parameter of one element of `Forwarded` (RFC 7239 §4), empty if there is none.
fn for_of(element: &str) -> String {
    let parameters = element.split(';').filter_map(|p| p.split_once('='));
    let mut values = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    let value = values.next().map_or("", |(_, value)| value.trim());
    value.trim_matches('"').to_owned()
}

/// A node of RFC 7239 §6 (`192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:4711`), or an IPv6 address without
/// brackets, as `X-Forwarded-For` has it.
fn parse_node(node: &str) -> Option<IpAddr> {
    let bare = node.strip_prefix('[').and_then(|n| n.strip_suffix(']'));
    let address = bare.unwrap_or(node).parse::<IpAddr>().ok();
    let address = address.or_else(|| Some(node.parse::<SocketAddr>().ok()?.ip()));
    address.map(|a| a.to_canonical())
}

/// The key under which a throttle counts an address: IPv6 by its /64, which one subscriber has
/// for themselves and can change addresses in at will.
pub fn throttle_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// For axum: the address of the caller of a request.
#[cfg(feature = "axum")]
pub mod axum {
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};

    use axum::extract::ConnectInfo;
    use http::{Extensions, HeaderMap};

    use super::TrustedProxies;

    /// From a request's headers and extensions. [`crate::server::axum`] puts the socket's address
    /// into the extensions; without it, as in a test without a socket, the caller is 0.0.0.0.
    pub fn peer_address(proxies: &TrustedProxies, headers: &HeaderMap, extensions: &Extensions) -> IpAddr {
        let socket = extensions.get::<ConnectInfo<SocketAddr>>();
        let socket = socket.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        // A value that is not ASCII is no address: as an empty one it hides what is behind it.
        let values = |name: &str| -> Vec<&str> {
            let values = headers.get_all(name).iter();
            values.map(|v| v.to_str().unwrap_or("")).collect()
        };
        proxies.peer_address(socket, &values("x-forwarded-for"), &values("forwarded"))
    }
}

/// For actix-web: the address of the caller of a request.
#[cfg(feature = "actix")]
pub mod actix {
    use std::net::{IpAddr, Ipv4Addr};

    use actix_web::HttpRequest;

    use super::TrustedProxies;

    /// From a request; without a socket, as in a test, the caller is 0.0.0.0.
    pub fn peer_address(proxies: &TrustedProxies, request: &HttpRequest) -> IpAddr {
        let socket = request.peer_addr();
        let socket = socket.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |addr| addr.ip());
        // A value that is not ASCII is no address: as an empty one it hides what is behind it.
        let values = |name: &str| -> Vec<&str> {
            let values = request.headers().get_all(name);
            values.map(|v| v.to_str().unwrap_or("")).collect()
        };
        proxies.peer_address(socket, &values("x-forwarded-for"), &values("forwarded"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn peer(socket: &str, x_forwarded_for: &[&str], forwarded: &[&str]) -> String {
        let proxies: TrustedProxies = "10.0.0.0/8,2001:db8:ffff::/48".parse().unwrap();
        let peer = proxies.peer_address(socket.parse().unwrap(), x_forwarded_for, forwarded);
        peer.to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_an_address() {
        assert_eq!(peer("203.0.113.9", &["1.1.1.1"], &["for=1.1.1.1"]), "203.0.113.9");
        assert_eq!(peer("10.0.0.1", &["1.1.1.1, 203.0.113.9"], &[]), "203.0.113.9");
        assert_eq!(peer("10.0.0.1", &["1.1.1.1", "203.0.113.9, 10.9.9.9"], &[]), "203.0.113.9");
        assert_eq!(peer("10.0.0.1", &["203.0.113.9"], &["for=1.1.1.1"]), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_in_all_its_spellings() {
        for (value, expected) in [
            ("for=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"),
            ("proto=https; For=\"203.0.113.9:4711\"", "203.0.113.9"),
            ("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=\"[2001:db8:cafe::17]\", for=10.0.0.3", "2001:db8:cafe::17"),
            ("for=1.1.1.1, for=_hidden", "10.0.0.1"),
            ("for=1.1.1.1, for=unknown, for=10.0.0.7", "10.0.0.7"),
            ("proto=https", "10.0.0.1"),
        ] {
            assert_eq!(peer("10.0.0.1", &[], &[value]), expected, "{value}");
        }
    }

    #[test]
    fn a_mapped_ipv4_address_is_the_ipv4_address() {
        assert_eq!(peer("::ffff:10.0.0.1", &["::ffff:203.0.113.9"], &[]), "203.0.113.9");
    }

    #[test]
    fn both_headers_count_when_they_agree() {
        assert_eq!(peer("10.0.0.1", &["203.0.113.9"], &["for=203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn a_wrong_entry_is_named() {
        let error = "10.0.0.0/8,proxy".parse::<TrustedProxies>().unwrap_err();
        assert_eq!(error, InvalidProxy("proxy".into()));
        assert!("".parse::<TrustedProxies>().unwrap().0.is_empty());
    }

    #[test]
    fn throttles_count_ipv6_by_network() {
        assert_eq!(throttle_key("2001:db8:1:2:3::4".parse().unwrap()), "2001:db8:1:2::/64");
        assert_eq!(throttle_key("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1");
    }

    proptest! {
        #[test]
        fn no_header_makes_a_stranger_somebody_else(x in ".*", f in ".*") {
            prop_assert_eq!(peer("203.0.113.9", &[&x], &[&f]), "203.0.113.9");
        }

        #[test]
        fn what_a_caller_wrote_is_never_reached(x in ".*") {
            let value = format!("{x}, 203.0.113.9");
            prop_assert_eq!(peer("10.0.0.1", &[&value], &[]), "203.0.113.9");
        }
    }
}
