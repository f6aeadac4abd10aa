//! Which browser a request belongs to, and who sent it.

use http::{HeaderMap, header};

use super::BROWSER_COOKIE;
#[cfg(any(feature = "axum", feature = "actix"))]
use super::{BROWSER_HEADER, FROM_HEADER};

/// The name of the browser by its cookie, [`BROWSER_COOKIE`]: the first one that a party can have given. A party
/// and the inspector must read it alike, or the messages of the one are not found by the other.
///
/// ```
/// use http::{HeaderMap, HeaderValue, header};
///
/// let cookie = |value| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(value))]);
/// assert_eq!(auth_core::wire::browser(&cookie("a=b; wire_browser=Zt5")), Some("Zt5".to_owned()));
/// assert_eq!(auth_core::wire::browser(&cookie("wire_browser=a-b")), None);
/// ```
#[must_use]
pub fn browser(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut named = pairs.filter(|(name, _)| *name == BROWSER_COOKIE).map(|(_, value)| value);
    named.find(|name| is_browser_name(name)).map(str::to_owned)
}

fn is_browser_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Who sent a request.
#[cfg(any(feature = "axum", feature = "actix"))]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sender {
    /// By the name that it carries, if it has one yet.
    Browser,
    /// Another party, which says its own name.
    Party(String),
    Program,
}

/// A party says so itself. A browser, which sends `Sec-Fetch-Site` with each request, is not believed.
#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) fn sender(headers: &HeaderMap) -> Sender {
    if headers.contains_key("sec-fetch-site") {
        return Sender::Browser;
    }
    let claimed = headers.get(FROM_HEADER).map(|name| name.to_str().unwrap_or_default());
    match claimed {
        Some(party) if is_party_name(party) => Sender::Party(party.to_owned()),
        None if browser(headers).is_some() => Sender::Browser,
        _ => Sender::Program,
    }
}

/// The name of the browser for which a party asks.
#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) fn carried(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(BROWSER_HEADER)?.to_str().ok()?;
    is_browser_name(name).then(|| name.to_owned())
}

/// As crates are called, and nothing that has a meaning of its own in [`super::Message::from`].
#[cfg(any(feature = "axum", feature = "actix"))]
fn is_party_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    (1..=40).contains(&name.len()) && plain && !["browser", "program"].contains(&name)
}
