//! What the head of a request says, for the middleware of both frameworks.

use http::HeaderMap;

use super::answer;
use super::shell::Shell;
use crate::loopback::is_to_loopback;

/// What the header fields say about the rest.
pub(super) struct Head {
    /// Whether the caller should see a page and not JSON.
    pub(super) page: bool,
    /// How long the body may be.
    pub(super) limit: usize,
    /// Whether it announces a longer one.
    pub(super) is_too_long: bool,
}

/// What the server does about `Strict-Transport-Security` in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hsts {
    /// It stays as the app has set it: somebody else speaks TLS, if anybody does.
    AsItIs,
    Added,
    Removed,
}

impl Shell {
    /// `field` reads a header field, in the framework's own types.
    pub(super) fn head<'a>(&self, field: impl Fn(&str) -> Option<&'a str>) -> Head {
        let limit = self.body_limit(field("content-type").unwrap_or_default());
        let announced = field("content-length").and_then(|length| length.parse::<usize>().ok());
        Head {
            page: answer::wants_page(field("accept").unwrap_or_default()),
            limit,
            is_too_long: announced.is_some_and(|length| length > limit),
        }
    }

    /// HSTS goes by the host and not by the port (RFC 6797 §8.3): sent by one server of localhost, it would keep a
    /// browser from every other one that speaks http there.
    pub(super) fn hsts(&self, authority: Option<&str>, headers: impl FnOnce() -> HeaderMap) -> Hsts {
        if !self.is_https() {
            return Hsts::AsItIs;
        }
        if is_to_loopback(&headers(), authority) { Hsts::Removed } else { Hsts::Added }
    }
}
