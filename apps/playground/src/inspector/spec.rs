//! Where a rule is written down, as text and as a link.

/// A section of a specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spec {
    document: Document,
    section: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Document {
    Rfc(u16),
    OpenIdConnectCore,
    FetchMetadata,
    CookiesDraft,
    /// Another one, which the browsers follow or OpenID published, by its address.
    Other(&'static str),
}

pub(super) const fn rfc(number: u16, section: &'static str) -> Spec {
    Spec { document: Document::Rfc(number), section }
}

pub(super) const fn oidc(section: &'static str) -> Spec {
    Spec { document: Document::OpenIdConnectCore, section }
}

/// Fetch Metadata Request Headers, of which a section is a header.
pub(super) const fn fetch_metadata(header: &'static str) -> Spec {
    Spec { document: Document::FetchMetadata, section: header }
}

pub(super) const CSP: Spec = other("CSP Level 3", "https://www.w3.org/TR/CSP3/");

/// The successor of RFC 6265, which the browsers follow: it has SameSite and the prefixes.
pub(super) const fn cookies(section: &'static str) -> Spec {
    Spec { document: Document::CookiesDraft, section }
}

/// A specification without numbers, or one that is named once.
pub(super) const fn other(name: &'static str, href: &'static str) -> Spec {
    Spec { document: Document::Other(href), section: name }
}

impl Spec {
    pub(super) fn text(self) -> String {
        let Spec { document, section } = self;
        match document {
            Document::Rfc(number) => format!("RFC {number} §{section}"),
            Document::OpenIdConnectCore => format!("OpenID Connect Core §{section}"),
            Document::FetchMetadata => format!("Fetch Metadata, {section}"),
            Document::CookiesDraft => format!("RFC 6265bis §{section}"),
            Document::Other(_) => section.to_owned(),
        }
    }

    pub(super) fn href(self) -> String {
        let Spec { document, section } = self;
        match document {
            Document::Rfc(number) => {
                format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{section}")
            }
            Document::OpenIdConnectCore => {
                format!("https://openid.net/specs/openid-connect-core-1_0.html#rfc.section.{section}")
            }
            Document::FetchMetadata => {
                let header = section.to_ascii_lowercase();
                format!("https://www.w3.org/TR/fetch-metadata/#{header}-header")
            }
            Document::Other(href) => href.to_owned(),
            Document::CookiesDraft => {
                format!(
                    "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-{section}"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_named_and_linked() {
        assert_eq!(rfc(6749, "4.1.1").text(), "RFC 6749 §4.1.1");
        assert_eq!(rfc(6749, "4.1.1").href(), "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1");
        let nonce = oidc("3.1.2.1").href();
        assert_eq!(nonce, "https://openid.net/specs/openid-connect-core-1_0.html#rfc.section.3.1.2.1");
        assert_eq!(
            (CSP.text(), CSP.href()),
            ("CSP Level 3".to_owned(), "https://www.w3.org/TR/CSP3/".to_owned())
        );
        let site = fetch_metadata("Sec-Fetch-Site").href();
        assert_eq!(site, "https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header");
    }
}
