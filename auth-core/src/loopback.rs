//! What stays on this machine: hosts that lead back to it, and requests that never left it.
//!
//! For what may be done in plain http, and for development tools that no other machine may see.

use std::path::Path;

use http::uri::Authority;
use http::{HeaderMap, header};
use url::Host;

/// What proxies add, beside whatever begins with `x-forwarded-`. Behind one, each request comes from this machine,
/// whoever sent it.
const OF_PROXIES: [&str; 5] = ["forwarded", "via", "x-real-ip", "x-original-host", "cf-connecting-ip"];

// ANCHOR: is_loopback
/// Whether traffic to this host stays on the machine: `localhost` and names under it
/// (RFC 6761 §6.3), 127.0.0.0/8, `::1`.
pub fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.as_ref();
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Whether a request was sent to a name of this machine, with nothing that says that a proxy stands between.
///
/// A page of another site can make its own name point to 127.0.0.1 and then read, as its own, whatever is served
/// there (DNS rebinding). The browser still says which name it went to. `target` is the authority that the request
/// line names, if it names one.
#[must_use]
pub fn is_to_loopback(headers: &HeaderMap, target: Option<&str>) -> bool {
    let of_a_proxy = |name: &str| name.starts_with("x-forwarded-") || OF_PROXIES.contains(&name);
    if headers.keys().any(|name| of_a_proxy(name.as_str())) {
        return false;
    }
    let Some(authority) = requested_authority(headers, target) else { return false };
    // What stands before an @ is no part of a host, and may be a password.
    !authority.as_str().contains('@') && Host::parse(authority.host()).is_ok_and(|host| is_loopback(&host))
}
// ANCHOR_END: is_loopback

/// Whether this process runs in a container, whose loopback is out of reach from outside of it. The engine leaves a
/// file that says so: Docker the first, Podman the second.
#[must_use]
pub fn in_a_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"].iter().any(|mark| Path::new(mark).exists())
}

/// Whether a page of another site sent this request, by what the browser says of it (Fetch Metadata).
///
/// Pictures, frames and forms of any site may point to this machine; whoever looks at that site did not click
/// here. A link that somebody follows is another matter: it opens a page of its own. All ports of localhost are
/// one site, so that an authorization response that comes as a form is none of these.
#[must_use]
pub fn is_of_another_site(method: &str, headers: &HeaderMap) -> bool {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|said| said == value);
    let followed = method == "GET" && says("sec-fetch-dest", "document");
    says("sec-fetch-site", "cross-site") && !followed
}

/// The one name, and port, that a request was sent to: RFC 9112 §3.2, or RFC 9113 §8.3.1 in HTTP/2, which has no
/// need of a `Host`. None if it names none, or two.
#[must_use]
pub fn requested_authority(headers: &HeaderMap, target: Option<&str>) -> Option<Authority> {
    let target = target.map(str::parse::<Authority>).transpose().ok()?;
    let mut hosts = headers.get_all(header::HOST).iter();
    let Some(host) = hosts.next() else { return target };
    let host: Authority = host.to_str().ok()?.parse().ok()?;
    let others = hosts.next().is_some() || target.is_some_and(|target| target != host);
    (!others).then_some(host)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn passes(headers: &[(&'static str, &'static str)], target: Option<&str>) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_to_loopback(&map, target)
    }

    #[test]
    fn names_of_this_machine_pass() {
        for host in [
            "localhost",
            "localhost:8080",
            "LOCALHOST:8080",
            "play.localhost:8080",
            "127.0.0.1:8080",
            "127.1.2.3",
            "[::1]:8080",
        ] {
            assert!(passes(&[("host", host)], None), "{host}");
            assert!(passes(&[], Some(host)), "{host} in the request line alone");
            assert!(passes(&[("host", host)], Some(host)), "{host} twice");
        }
    }

    #[test]
    fn every_other_name_is_refused() {
        for host in [
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "evillocalhost",
            "localhost.",
            "127.0.0.1.evil.example",
            "128.0.0.1",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "[::ffff:10.0.0.1]",
            "localhost@evil.example",
            "evil.example@localhost",
            "",
        ] {
            assert!(!passes(&[("host", host)], None), "{host}");
            assert!(!passes(&[], Some(host)), "{host} in the request line alone");
        }
    }

    #[test]
    fn a_request_that_names_no_host_or_two_is_refused() {
        assert!(!passes(&[], None));
        assert!(!passes(&[("host", "localhost"), ("host", "localhost")], None));
        assert!(!passes(&[("host", "localhost:8080")], Some("evil.example")));
        assert!(!passes(&[("host", "evil.example")], Some("localhost:8080")));
        assert!(!passes(&[("host", "localhost")], Some("localhost:8080")));
    }

    #[test]
    fn what_a_proxy_brings_is_refused() {
        let forwarded = [
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-server",
            "x-forwarded-ssl",
        ];
        for name in OF_PROXIES.into_iter().chain(forwarded) {
            assert!(!passes(&[("host", "localhost"), (name, "127.0.0.1")], None), "{name}");
        }
    }
}
