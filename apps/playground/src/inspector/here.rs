//! For this machine only: whoever calls the inspector by another name than this machine's is refused.
//!
//! A page of another site can make its own name point to 127.0.0.1 and then read, as its own, whatever is
//! served there (DNS rebinding). The browser still says in `Host` which name it went to.

use auth_core::pages::ErrorPage;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use url::Host;

use crate::page;

pub(super) async fn only_here(request: Request, next: Next) -> Response {
    if authority(request.uri(), request.headers()).is_some_and(|authority| is_this_machine(&authority)) {
        return next.run(request).await;
    }
    let refusal = ErrorPage {
        status: StatusCode::MISDIRECTED_REQUEST.as_u16(),
        title: "The inspector is for this machine only",
        what_happened: "It was asked for under a name that is not this machine's own. A page of another site \
                        could do that to read along (DNS rebinding), so nothing is shown.",
        what_to_do: "Open it as localhost or 127.0.0.1, with the port that you have in the address bar.",
        reference: None,
    };
    page::error(&refusal)
}

/// The name that the request was sent to: RFC 9112 §3.2. None if it does not say, or says two.
pub(super) fn authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return None };
    let host = host.to_str().ok()?.parse::<Authority>().ok()?;
    // RFC 9112 §3.2.2: the name in an absolute request target outweighs the header.
    let target = uri.authority().cloned().unwrap_or_else(|| host.clone());
    (target == host).then_some(host)
}

// ANCHOR: this_machine
/// `localhost`, what ends in `.localhost` (RFC 6761 §6.3), 127.0.0.0/8 and `[::1]`.
fn is_this_machine(authority: &Authority) -> bool {
    // What stands before an @ is no part of a host, and no browser sends it.
    if authority.as_str().contains('@') {
        return false;
    }
    match Host::parse(authority.host()) {
        Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => false,
    }
}
// ANCHOR_END: this_machine

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::http::HeaderValue;

    use super::*;

    fn passes(hosts: &[&'static str], target: &str) -> bool {
        let mut map = HeaderMap::new();
        for host in hosts {
            map.append(header::HOST, HeaderValue::from_static(host));
        }
        authority(&target.parse().unwrap(), &map).is_some_and(|authority| is_this_machine(&authority))
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
            assert!(passes(&[host], "/inspector"), "{host}");
        }
        assert!(passes(&["localhost:8080"], "http://localhost:8080/inspector"));
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
            assert!(!passes(&[host], "/inspector"), "{host}");
        }
    }

    #[test]
    fn a_request_that_names_no_host_or_two_is_refused() {
        assert!(!passes(&[], "/inspector"));
        assert!(!passes(&["localhost", "localhost"], "/inspector"));
        assert!(!passes(&["localhost:8080"], "http://evil.example/inspector"));
        assert!(!passes(&["evil.example"], "http://localhost:8080/inspector"));
    }
}
