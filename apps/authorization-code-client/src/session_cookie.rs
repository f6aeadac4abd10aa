//! The one cookie: the secret name of a session on the server.

use auth_core::secret::{Digest, SessionSecret};
use http::{HeaderMap, HeaderValue, header};

/// How the session cookie is named, written and read.
///
/// `HttpOnly`: no script reads it. `SameSite=Lax`: it comes with the redirect back from the
/// provider, which `Strict` would not send, and not with another site's forms. Over https the
/// prefix `__Host-` keeps sibling domains from planting one (RFC 6265bis §4.1.3.2). It has no
/// lifetime of its own: the browser forgets it when it closes, the server on its own time.
pub(crate) struct SessionCookie {
    name: &'static str,
    attributes: &'static str,
}

impl SessionCookie {
    // ANCHOR: new
    pub(crate) fn new(https: bool) -> Self {
        if https {
            Self { name: "__Host-client_session", attributes: "Path=/; HttpOnly; SameSite=Lax; Secure" }
        } else {
            // Cookies ignore ports, so the name is this app's own.
            Self { name: "client_session", attributes: "Path=/; HttpOnly; SameSite=Lax" }
        }
    }
    // ANCHOR_END: new

    /// The digest of the session's secret, if the request has exactly one such cookie. Two mean
    /// that somebody planted one, and which of them is real cannot be told.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Option<Digest> {
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name)
            .map(|(_, value)| SessionSecret::new(value).digest());
        let only = values.next()?;
        values.next().is_none().then_some(only)
    }

    /// The header that gives the browser a session.
    pub(crate) fn set(&self, secret: &SessionSecret) -> HeaderValue {
        self.header(secret.secret(), "")
    }

    /// The header that takes it away.
    pub(crate) fn clear(&self) -> HeaderValue {
        self.header("", "; Max-Age=0")
    }

    fn header(&self, value: &str, more: &str) -> HeaderValue {
        // A session's secret is base64url, so this is always a header value.
        let cookie = format!("{}={value}; {}{more}", self.name, self.attributes);
        let mut header = HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""));
        header.set_sensitive(true);
        header
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn headers(cookies: &[&'static str]) -> HeaderMap {
        cookies.iter().map(|cookie| (header::COOKIE, HeaderValue::from_static(cookie))).collect()
    }

    #[test]
    fn over_https_the_cookie_is_secure_and_bound_to_the_host() {
        let secret = SessionSecret::new("s");
        assert_eq!(
            SessionCookie::new(true).set(&secret),
            "__Host-client_session=s; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            SessionCookie::new(false).set(&secret),
            "client_session=s; Path=/; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            SessionCookie::new(false).clear(),
            "client_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let cookie = SessionCookie::new(false);
        let found = cookie.read(&headers(&["a=b; client_session=s; my_client_session=x"])).unwrap();
        assert_eq!(found, SessionSecret::new("s").digest());
        assert!(cookie.read(&headers(&["other=s"])).is_none());
        assert!(cookie.read(&headers(&[])).is_none());
    }

    #[test]
    fn two_cookies_of_the_name_count_as_none() {
        let cookie = SessionCookie::new(false);
        assert!(cookie.read(&headers(&["client_session=a; client_session=b"])).is_none());
        assert!(cookie.read(&headers(&["client_session=a", "client_session=a"])).is_none());
    }

    #[test]
    fn over_https_a_cookie_without_the_prefix_is_ignored() {
        assert!(SessionCookie::new(true).read(&headers(&["client_session=s"])).is_none());
    }
}
