//! Did one of our own pages send this form?
//!
//! The CSRF token answers that already; this check is a second, independent one, made from
//! headers that a page cannot forge.

use actix_web::http::header::{HeaderMap, ORIGIN};

/// True when nothing in the headers says that the form came from another origin.
///
/// A browser that sends neither header is left to the CSRF token, which every form carries.
pub(crate) fn is_own_form(headers: &HeaderMap, own_origin: &str) -> bool {
    let site = headers.get("sec-fetch-site").map(|v| v.as_bytes());
    // `same-site` is refused too: on localhost every port is the same site, and in production
    // a sibling subdomain may belong to somebody else.
    if site.is_some_and(|site| site != b"same-origin") {
        return false;
    }
    headers.get_all(ORIGIN).all(|origin| {
        // A browser sends `null` with our own form when a referrer policy hides the origin
        // (Fetch, "append a request `Origin` header"); only Sec-Fetch-Site can then tell it from
        // the `null` of a sandboxed frame.
        origin == own_origin || (origin == "null" && site == Some(b"same-origin"))
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    const OWN: &str = "https://as.example";

    fn check(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_own_form(&map, OWN)
    }

    #[test]
    fn a_form_of_our_own_page_passes() {
        assert!(check(&[]));
        assert!(check(&[("origin", OWN)]));
        assert!(check(&[("origin", OWN), ("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn another_origin_is_refused() {
        assert!(!check(&[("origin", "https://evil.example")]));
        assert!(!check(&[("origin", "http://as.example")]));
        assert!(!check(&[("origin", "https://as.example:8443")]));
        assert!(!check(&[("origin", OWN), ("origin", "https://evil.example")]));
    }

    #[test]
    fn a_null_origin_needs_the_browsers_word_for_it() {
        assert!(!check(&[("origin", "null")]));
        assert!(!check(&[("origin", "null"), ("sec-fetch-site", "cross-site")]));
        assert!(check(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn a_sibling_site_and_a_typed_address_are_refused() {
        assert!(!check(&[("sec-fetch-site", "same-site")]));
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "none")]));
    }
}
