//! Redirect URIs: checked when a client is registered, compared exactly when it asks.
//!
//! Whoever can choose where the authorization code goes owns the login (RFC 9700 §4.1), so there
//! is no pattern, no prefix and no normalisation anywhere in this module. The one exception is
//! the port of a native app's loopback listener (RFC 8252 §7.3).
//!
//! # Example
//! ```
//! use auth_core::redirect_uri::{ClientType, RedirectUri, select};
//!
//! let registered = [RedirectUri::parse("https://app.example/callback", ClientType::Confidential)?];
//! assert!(select(&registered, Some("https://app.example/callback")).is_ok());
//! assert!(select(&registered, Some("https://app.example/callback/")).is_err());
//! # Ok::<(), auth_core::redirect_uri::InvalidRedirectUri>(())
//! ```

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::loopback::is_loopback;

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// It runs where only its operator can read it: a server.
    Confidential,
    /// It runs on its user's machine: a native or a browser app. It has no secret.
    Public,
}

impl ClientType {
    /// `confidential` or `public`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Public => "public",
        }
    }

    /// Reads what [`as_str`](Self::as_str) writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Confidential, Self::Public].into_iter().find(|client_type| client_type.as_str() == text)
    }
}

/// A registered redirect URI: absolute, in its normal form, and safe to send a code to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    url: Url,
    /// As registered. It differs from `url` only where the path is empty.
    exact: String,
    client_type: ClientType,
}

/// Why a redirect URI cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRedirectUri {
    /// RFC 6749 §3.1.2 wants an absolute URI.
    #[error("a redirect URI must be an absolute URI such as https://app.example/callback")]
    NotAbsolute,
    /// Two parsers may disagree about where a URI that is not in its normal form leads.
    #[error("write the redirect URI in its normal form, which is {0}")]
    NotNormal(String),
    /// RFC 6749 §3.1.2 forbids it.
    #[error("a redirect URI must not have a fragment (#…)")]
    Fragment,
    /// `https://app.example@attacker.example` leads to the attacker.
    #[error("a redirect URI must not have a user name or password (…@)")]
    UserInfo,
    /// RFC 9700 §4.1.3: exact comparison, so a pattern would match nothing.
    #[error("a redirect URI must not have a wildcard (*): register each URI")]
    Wildcard,
    /// RFC 3986 §2: it must be percent-encoded.
    #[error("a redirect URI must not have characters that no URI has: percent-encode them")]
    Character,
    /// The code would travel readable.
    #[error("a redirect URI must use https; http is for loopback hosts only (localhost, 127.0.0.1, [::1])")]
    InsecureHttp,
    /// RFC 8252 §8.1, §8.4: any app could claim the scheme; native apps are public clients, and a
    /// server has no need of such a scheme.
    #[error("a private-use scheme is for public (native) clients only")]
    PrivateUseScheme,
    /// RFC 8252 §7.1: the scheme is a reversed domain name, and a single slash follows.
    #[error(
        "this scheme is not allowed: use https, or for a native app a reversed domain name such as com.example.app:/callback"
    )]
    Scheme,
}

/// Why a presented redirect URI is not one of the client's. Neither may be answered with a
/// redirect (RFC 6749 §3.1.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// None was presented, and the client has not exactly one.
    #[error("redirect_uri is missing, and the client has not registered exactly one")]
    Missing,
    /// It is not registered.
    #[error("redirect_uri is not one that the client has registered; it is compared character by character")]
    Mismatch,
}

impl RedirectUri {
    /// Reads a redirect URI that is to be registered for a client of this type.
    ///
    /// # Errors
    /// [`InvalidRedirectUri`] says which rule it breaks.
    pub fn parse(text: &str, client_type: ClientType) -> Result<Self, InvalidRedirectUri> {
        let url = Url::parse(text).map_err(|_| InvalidRedirectUri::NotAbsolute)?;
        if url.fragment().is_some() {
            return Err(InvalidRedirectUri::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidRedirectUri::UserInfo);
        }
        if text.contains('*') {
            return Err(InvalidRedirectUri::Wildcard);
        }
        match url.scheme() {
            "https" => {}
            "http" if url.host().is_some_and(|host| is_loopback(&host)) => {}
            "http" => return Err(InvalidRedirectUri::InsecureHttp),
            // RFC 8252 §7.1, §8.4. This is what keeps javascript: and data: out: they have no dot.
            scheme if scheme.contains('.') && !url.cannot_be_a_base() => {
                if client_type == ClientType::Confidential {
                    return Err(InvalidRedirectUri::PrivateUseScheme);
                }
            }
            _ => return Err(InvalidRedirectUri::Scheme),
        }
        // Last, for a caller who broke a rule above deserves its own message. Catches what the
        // parser tolerates and another may read otherwise: \ for /, tabs, upper case, dot
        // segments, numbers for an IP address, a default port.
        if text != url.as_str() && format!("{text}/") != url.as_str() {
            return Err(InvalidRedirectUri::NotNormal(url.into()));
        }
        // RFC 3986 §2. The parser lets a backslash and its like through in a query.
        let in_uris = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()+,;=%".contains(&byte);
        if !text.bytes().all(in_uris) {
            return Err(InvalidRedirectUri::Character);
        }
        Ok(Self { url, exact: text.to_owned(), client_type })
    }

    /// Exactly as registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.exact
    }

    /// Whether the client may ask for a code to be sent to `presented`.
    #[must_use]
    // ANCHOR: redirect_uri_matches
    pub fn matches(&self, presented: &str) -> bool {
        // RFC 9700 §4.1.3: exact string comparison, nothing normalised.
        if presented == self.exact {
            return true;
        }
        // RFC 8252 §7.3: the operating system chooses a native app's port. For IP literals only:
        // the name localhost may resolve to something else (§8.3).
        self.client_type == ClientType::Public
            && matches!(
                (split_loopback_port(&self.exact), split_loopback_port(presented)),
                (Some(registered), Some(presented)) if registered == presented
            )
    }
    // ANCHOR_END: redirect_uri_matches

    /// What a consent page shows as the place that the user is sent to: the host (in ASCII, so
    /// that no look-alike letter deceives) with its port, or the scheme of a native app.
    #[must_use]
    pub fn host_for_display(&self) -> String {
        match (self.url.host_str().filter(|host| !host.is_empty()), self.url.port()) {
            _ if !matches!(self.url.scheme(), "http" | "https") => self.url.scheme().to_owned(),
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => self.url.scheme().to_owned(),
        }
    }

    /// The source that lets a page's form lead here under a Content-Security-Policy with
    /// `form-action`, which Chromium applies to the redirect after the form, too.
    #[must_use]
    pub fn origin_for_csp(&self) -> String {
        let flexible_port =
            self.client_type == ClientType::Public && split_loopback_port(&self.exact).is_some();
        match (self.url.scheme(), self.url.host()) {
            // The policy's grammar has no IPv6 literals (CSP Level 3 §2.3.1): only the scheme is left.
            ("http" | "https", Some(Host::Ipv6(_)) | None) => format!("{}:", self.url.scheme()),
            ("http" | "https", Some(host)) if flexible_port => format!("http://{host}:*"),
            ("http" | "https", Some(_)) => self.url.origin().ascii_serialization(),
            (scheme, _) => format!("{scheme}:"),
        }
    }
}

/// The redirect URI of an authorization request: the presented one, if it is registered; the only
/// registered one, if none is presented (RFC 6749 §3.1.2.3).
///
/// # Errors
/// [`RedirectUriError`]: show a page, and redirect nowhere.
pub fn select(registered: &[RedirectUri], presented: Option<&str>) -> Result<String, RedirectUriError> {
    match (presented, registered) {
        (Some(presented), _) if registered.iter().any(|uri| uri.matches(presented)) => {
            Ok(presented.to_owned())
        }
        (Some(_), _) => Err(RedirectUriError::Mismatch),
        (None, [only]) => Ok(only.exact.clone()),
        (None, _) => Err(RedirectUriError::Missing),
    }
}

/// Splits `http://127.0.0.1:PORT/rest` into what must be equal, leaving out the port. Works on the
/// text, so that nothing is normalised on the way.
fn split_loopback_port(uri: &str) -> Option<(&'static str, &str)> {
    let (origin, rest) = ["http://127.0.0.1", "http://[::1]"]
        .into_iter()
        .find_map(|origin| Some((origin, uri.strip_prefix(origin)?)))?;
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (port, rest) = rest.split_at(digits);
            port.parse::<u16>().ok().filter(|_| !port.starts_with('0'))?;
            rest
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((origin, rest))
}

#[cfg(test)]
mod tests;
