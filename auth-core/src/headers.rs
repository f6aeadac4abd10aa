//! Security headers: what a browser may do with our answers.
//!
//! A page is sent with a Content Security Policy that allows one stylesheet and nothing inline, is
//! never framed (clickjacking, [RFC 9700 §4.16](https://www.rfc-editor.org/rfc/rfc9700#section-4.16))
//! and never stored. The headers are added to every answer that has none of its own, error pages
//! included: with axum as a layer, with actix-web as middleware.
//!
//! # Example
//! ```
//! use auth_core::headers::{Csp, SecurityHeaders};
//!
//! let headers = SecurityHeaders::page(Csp::strict()).https(true);
//! let policy = headers.get("content-security-policy").unwrap();
//! assert!(policy.contains("frame-ancestors 'none'"));
//! assert!(!policy.contains("unsafe-inline"));
//! ```
//! With axum `router.layer(headers)`, with actix-web `scope.wrap(headers)`.

use http::{HeaderName, HeaderValue, header};

#[cfg(feature = "actix")]
pub mod actix;
#[cfg(feature = "axum")]
pub mod axum;

/// A Content Security Policy ([CSP Level 3](https://www.w3.org/TR/CSP3/)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csp {
    form_action: Vec<String>,
    script_self: bool,
}

impl Csp {
    /// Nothing but our own stylesheet, images and forms; no script, no frame, no `<base>`.
    pub fn strict() -> Csp {
        Csp { form_action: Vec::new(), script_self: false }
    }

    /// Lets a form also lead to these origins (`https://client.example`, or `com.example.app:`).
    ///
    /// Chromium applies `form-action` to the redirect that answers a form as well, so a consent
    /// page must name the origin of the redirect URI, or Allow leads nowhere. What is no plain
    /// origin is left out: it could end the directive and begin another.
    pub fn form_action<I>(mut self, origins: I) -> Csp
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]+".contains(c);
        let origins = origins.into_iter().map(|o| o.as_ref().to_owned());
        self.form_action.extend(origins.filter(|o| {
            // A native app listens on any port of the loopback address (RFC 8252 §7.3).
            let host = o.strip_suffix(":*").unwrap_or(o);
            !host.is_empty() && host.chars().all(plain)
        }));
        self
    }

    /// Allows scripts that are files of this origin; inline scripts stay forbidden.
    pub fn script_self(mut self) -> Csp {
        self.script_self = true;
        self
    }

    /// The value of the header.
    pub fn value(&self) -> String {
        let mut policy = String::from("default-src 'none'; style-src 'self'; img-src 'self'; ");
        if self.script_self {
            policy.push_str("script-src 'self'; connect-src 'self'; ");
        }
        policy.push_str("form-action 'self'");
        for origin in &self.form_action {
            policy.push(' ');
            policy.push_str(origin);
        }
        policy.push_str("; frame-ancestors 'none'; base-uri 'none'");
        policy
    }
}

/// The headers that an answer gets unless its handler has set them.
#[derive(Debug, Clone)]
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    /// For HTML pages.
    pub fn page(csp: Csp) -> SecurityHeaders {
        // Under `no-referrer` a browser sends `Origin: null` with a page's own form, and the
        // check of that header would refuse it. `same-origin` tells other sites just as little.
        Self::with(&csp.value(), "same-origin")
    }

    /// For JSON and everything else that is not a page.
    pub fn api() -> SecurityHeaders {
        Self::with("default-src 'none'; frame-ancestors 'none'", "no-referrer")
    }

    fn with(csp: &str, referrer_policy: &'static str) -> SecurityHeaders {
        let fixed = [
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::REFERRER_POLICY, referrer_policy),
            (OPENER_POLICY, "same-origin"),
            (RESOURCE_POLICY, "same-origin"),
            // RFC 6749 §5.1 wants it for tokens; a page that shows a person's data needs it too.
            (header::CACHE_CONTROL, "no-store"),
        ];
        let mut headers: Vec<_> =
            fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
        if let Ok(value) = HeaderValue::from_str(csp) {
            headers.push((header::CONTENT_SECURITY_POLICY, value));
        }
        SecurityHeaders(headers)
    }

    /// Adds HSTS ([RFC 6797](https://www.rfc-editor.org/rfc/rfc6797)) when the app's own address is
    /// https; over plain http a browser must ignore it (§8.1), so it is not sent there.
    pub fn https(mut self, is_https: bool) -> SecurityHeaders {
        if is_https {
            self.0.extend(Self::strict_transport_security().0);
        }
        self
    }

    /// HSTS alone: a server that speaks TLS itself adds it to every answer. Without
    /// `includeSubDomains`, for an app doesn't know what else its host's domain has.
    pub(crate) fn strict_transport_security() -> SecurityHeaders {
        let a_year = HeaderValue::from_static("max-age=31536000");
        SecurityHeaders(vec![(header::STRICT_TRANSPORT_SECURITY, a_year)])
    }

    /// The value of one header, by its lower-case name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(n, _)| n.as_str() == name)?;
        value.to_str().ok()
    }

    /// All of them.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.0
    }
}

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_allows_nothing_inline_and_no_frame() {
        let csp = Csp::strict().value();
        assert_eq!(
            csp,
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'"
        );
    }

    #[test]
    fn form_action_takes_origins_and_private_schemes() {
        let csp =
            Csp::strict().form_action(["http://localhost:8000", "com.example.app:", "http://127.0.0.1:*"]);
        assert!(
            csp.value()
                .contains("form-action 'self' http://localhost:8000 com.example.app: http://127.0.0.1:*;")
        );
    }

    #[test]
    fn an_origin_cannot_smuggle_a_directive() {
        for origin in ["https://a.example; script-src *", "a b", "*", "'unsafe-inline'", "", "é"] {
            assert_eq!(Csp::strict().form_action([origin]), Csp::strict(), "{origin}");
        }
    }

    #[test]
    fn hsts_only_over_https() {
        let page = || SecurityHeaders::page(Csp::strict());
        assert_eq!(page().https(false).get("strict-transport-security"), None);
        assert_eq!(page().https(true).get("strict-transport-security"), Some("max-age=31536000"));
    }

    #[test]
    fn pages_keep_the_origin_of_their_own_forms() {
        let page = SecurityHeaders::page(Csp::strict());
        assert_eq!(page.get("referrer-policy"), Some("same-origin"));
        assert_eq!(page.get("cache-control"), Some("no-store"));
        assert_eq!(page.get("x-frame-options"), Some("DENY"));
    }
}
