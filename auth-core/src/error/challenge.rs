use std::fmt;

use http::HeaderValue;

use crate::error::OAuthError;
use crate::scope::Scopes;

/// A `WWW-Authenticate` header (RFC 9110 §11.6.1): how to authenticate, and what was wrong.
///
/// ```
/// use auth_core::error::Challenge;
/// assert_eq!(Challenge::basic("token endpoint").to_string(), r#"Basic realm="token endpoint""#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    scheme: &'static str,
    parameters: Vec<(&'static str, String)>,
}

impl Challenge {
    /// For a resource that wants an access token (RFC 6750 §3).
    #[must_use]
    pub fn bearer(realm: &str) -> Self {
        Self { scheme: "Bearer", parameters: vec![("realm", realm.to_owned())] }
    }

    /// For a client that tried to authenticate with Basic and failed (RFC 6749 §5.2, RFC 7617 §2).
    #[must_use]
    pub fn basic(realm: &str) -> Self {
        Self { scheme: "Basic", parameters: vec![("realm", realm.to_owned())] }
    }

    /// What was wrong. Leave it out when no credentials came at all: RFC 6750 §3.1 wants no code
    /// then.
    #[must_use]
    pub fn error(self, error: OAuthError) -> Self {
        self.with("error", error.code().as_str()).with("error_description", error.description())
    }

    /// The scopes that the request needs (RFC 6750 §3).
    #[must_use]
    pub fn scope(self, required: &Scopes) -> Self {
        self.with("scope", &required.to_string())
    }

    /// Where the protected resource describes itself (RFC 9728 §5.1).
    #[must_use]
    pub fn resource_metadata(self, url: &str) -> Self {
        self.with("resource_metadata", url)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.parameters.push((name, value.to_owned()));
        self
    }

    /// The header's value.
    #[must_use]
    pub fn to_header_value(&self) -> HeaderValue {
        // `Display` writes printable ASCII only, so this never falls back.
        HeaderValue::try_from(self.to_string()).unwrap_or(HeaderValue::from_static("Bearer"))
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme)?;
        for (position, (name, value)) in self.parameters.iter().enumerate() {
            write!(f, "{} {name}=\"", if position == 0 { "" } else { "," })?;
            // RFC 9110 §5.6.4: quoted-string. What it cannot carry becomes a question mark.
            for c in value.chars() {
                match c {
                    '"' | '\\' => write!(f, "\\{c}")?,
                    ' '..='~' => write!(f, "{c}")?,
                    _ => f.write_str("?")?,
                }
            }
            f.write_str("\"")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_rfc_6750_section_3() {
        assert_eq!(Challenge::bearer("example").to_string(), r#"Bearer realm="example""#);
        assert_eq!(
            Challenge::bearer("example")
                .error(OAuthError::invalid_token("The access token expired"))
                .to_string(),
            r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#
        );
    }

    #[test]
    fn scope_and_metadata_follow() {
        let challenge = Challenge::bearer("notes")
            .error(OAuthError::insufficient_scope("needs more"))
            .scope(&Scopes::parse("notes:write").unwrap())
            .resource_metadata("https://api.example/.well-known/oauth-protected-resource");
        assert_eq!(
            challenge.to_header_value(),
            "Bearer realm=\"notes\", error=\"insufficient_scope\", error_description=\"needs more\", \
             scope=\"notes:write\", resource_metadata=\"https://api.example/.well-known/oauth-protected-resource\""
        );
    }

    #[test]
    fn quotes_are_escaped_and_line_breaks_cannot_split_the_header() {
        assert_eq!(Challenge::basic("a\"b\\c\r\nd").to_string(), r#"Basic realm="a\"b\\c??d""#);
    }

    proptest! {
        #[test]
        fn every_realm_makes_a_valid_header(realm in ".*") {
            let challenge = Challenge::bearer(&realm);
            let header = challenge.to_header_value();
            prop_assert_eq!(header.to_str().unwrap(), challenge.to_string());
        }
    }
}
