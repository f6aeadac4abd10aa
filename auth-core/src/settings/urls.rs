use std::fmt;

use serde::Serialize;
use url::Url;

use crate::loopback::is_loopback;
use crate::settings::SettingsError;

/// An issuer identifier (RFC 8414 §2), kept exactly as written: whoever compares `iss` compares
/// strings, so a trailing slash more or less is another issuer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Issuer {
    exact: String,
    #[serde(skip)]
    url: Url,
}

impl Issuer {
    /// Reads an issuer identifier: an https URL without query and fragment. With
    /// `allow_loopback_http` it may be http if its host is the machine itself, which is for
    /// development.
    ///
    /// # Errors
    /// [`SettingsError`], which names the setting `ISSUER`; use
    /// [`parse_setting`](Self::parse_setting) where it has another name.
    pub fn parse(text: &str, allow_loopback_http: bool) -> Result<Self, SettingsError> {
        Self::parse_setting("ISSUER", text, allow_loopback_http)
    }

    /// Like [`parse`](Self::parse), for a setting of this name.
    ///
    /// # Errors
    /// [`SettingsError`] says what is wrong with the setting.
    pub fn parse_setting(
        setting: &str,
        text: &str,
        allow_loopback_http: bool,
    ) -> Result<Self, SettingsError> {
        let refuse =
            |problem: &'static str, remedy: &'static str| Err(SettingsError::new(setting, problem, remedy));
        let Ok(url) = Url::parse(text) else {
            return refuse("is not a URL", "write it as https://auth.example.com");
        };
        // RFC 8414 §2: no query, no fragment.
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return refuse("has a query, a fragment or a user name", "write it as https://auth.example.com");
        }
        let loopback = url.host().is_some_and(|host| is_loopback(&host));
        match url.scheme() {
            "https" => {}
            "http" if loopback && allow_loopback_http => {}
            "http" if loopback => {
                return refuse(
                    "is an http URL",
                    "use https, or switch on development mode, which allows http on loopback hosts",
                );
            }
            _ => {
                return refuse(
                    "is not an https URL",
                    "use https; http is for development on loopback hosts (localhost, 127.0.0.1, [::1])",
                );
            }
        }
        // Every party compares the string that it has: one that a URL parser would rewrite is
        // where two of them begin to disagree.
        if text != url.as_str() && format!("{text}/") != url.as_str() {
            return refuse(
                "is not written in its normal form",
                "write scheme and host in lower case, without a default port, spaces or dot segments",
            );
        }
        Ok(Self { exact: text.to_owned(), url })
    }

    /// Exactly as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.exact
    }

    /// As a URL, for its host, port and scheme. Compare and publish [`as_str`](Self::as_str).
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Whether it is https: then cookies are `Secure`, and HSTS is sent.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The URL of a path below the issuer, with exactly one slash between them.
    ///
    /// ```
    /// # use auth_core::settings::Issuer;
    /// let issuer = Issuer::parse("https://as.example/tenant", false)?;
    /// assert_eq!(issuer.join("/o/token"), "https://as.example/tenant/o/token");
    /// # Ok::<(), auth_core::settings::SettingsError>(())
    /// ```
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}/{}", self.exact.trim_end_matches('/'), path.trim_start_matches('/'))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.exact)
    }
}

/// A URL that an app sends requests to: https, or http to the machine itself. Tokens and secrets
/// go there, so the rule has no exception.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct HttpUrl(Url);

impl HttpUrl {
    /// Reads the URL of a setting (or of a member of a metadata document).
    ///
    /// # Errors
    /// [`SettingsError`] says what is wrong with the setting.
    pub fn parse(setting: &str, text: &str) -> Result<Self, SettingsError> {
        let refuse =
            |problem: &'static str, remedy: &'static str| Err(SettingsError::new(setting, problem, remedy));
        let Ok(url) = Url::parse(text) else {
            return refuse("is not a URL", "write it as https://api.example.com");
        };
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return refuse("has a user name, a password or a fragment", "leave them out");
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if url.host().is_some_and(|host| is_loopback(&host)) => Ok(Self(url)),
            _ => refuse(
                "is not an https URL",
                "use https; http is for loopback hosts only (localhost, 127.0.0.1, [::1])",
            ),
        }
    }

    /// The URL.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// The URL as text, with the trailing slash that a URL parser adds to an empty path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The URL of a path below this one, with exactly one slash between them.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}/{}", self.0.as_str().trim_end_matches('/'), path.trim_start_matches('/'))
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_issuer_is_kept_exactly_as_written() {
        for text in ["https://as.example", "https://as.example/", "https://as.example:8443/tenant/"] {
            let issuer = Issuer::parse(text, false).unwrap();
            assert_eq!(issuer.as_str(), text);
            assert!(issuer.is_https());
        }
        assert_ne!(Issuer::parse("https://as.example", false), Issuer::parse("https://as.example/", false));
        assert_eq!(
            Issuer::parse("https://as.example/", false).unwrap().join("o/token"),
            "https://as.example/o/token"
        );
    }

    #[test]
    fn an_http_issuer_needs_the_flag_and_a_loopback_host() {
        for host in ["localhost", "as.localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
            assert!(Issuer::parse(&format!("http://{host}:9000"), true).is_ok(), "{host}");
            assert!(Issuer::parse(&format!("http://{host}:9000"), false).is_err(), "{host}");
        }
        for host in ["as.example", "localhost.example", "notlocalhost", "10.0.0.1", "0.0.0.0", "[::]"] {
            assert!(Issuer::parse(&format!("http://{host}:9000"), true).is_err(), "{host}");
        }
    }

    #[test]
    fn what_is_no_issuer_is_refused_and_the_setting_named() {
        for text in [
            "",
            "as.example",
            "ftp://as.example",
            "https://as.example?x",
            "https://as.example#",
            "https://u@as.example",
            "https://AS.example",
            "https://as.example:443",
            "https://as.example/a/..",
            " https://as.example",
        ] {
            let error = Issuer::parse_setting("AS_ISSUER", text, true).unwrap_err();
            assert!(error.to_string().starts_with("AS_ISSUER "), "{text}: {error}");
        }
    }

    #[test]
    fn requests_go_to_https_or_to_the_machine_itself() {
        for text in
            ["https://api.example/v1", "http://localhost:8002", "http://api.localhost", "http://127.0.0.1:1"]
        {
            assert!(HttpUrl::parse("API_URL", text).is_ok(), "{text}");
        }
        for text in
            ["http://api.example", "http://169.254.169.254/", "file:///etc", "https://u:p@api.example", "x"]
        {
            let error = HttpUrl::parse("API_URL", text).unwrap_err();
            assert!(error.to_string().starts_with("API_URL "), "{text}: {error}");
        }
        assert_eq!(
            HttpUrl::parse("", "http://localhost:8002").unwrap().join("/notes"),
            "http://localhost:8002/notes"
        );
        assert_eq!(
            HttpUrl::parse("", "https://a.example/v1").unwrap().join("notes"),
            "https://a.example/v1/notes"
        );
    }
}
