//! Forms and queries, parsed strictly (`application/x-www-form-urlencoded`).
//!
//! RFC 6749 §3.1 and §3.2 forbid a parameter that appears twice, and let an empty one count as
//! omitted. Parsers that take the first or the last of two values are how one party is made to
//! check one value and another party to use the other.
//!
//! # Example
//! ```
//! use auth_core::params::{Params, ParamsError};
//!
//! let form = Params::parse(b"grant_type=refresh_token&scope=&client_id=a%20b")?;
//! assert_eq!(form.get("client_id"), Some("a b"));
//! assert_eq!(form.get("scope"), None, "an empty value counts as omitted");
//! assert_eq!(Params::parse(b"scope=a&scope=b").unwrap_err(), ParamsError::Repeated);
//! # Ok::<(), ParamsError>(())
//! ```

use std::collections::BTreeSet;
use std::fmt;

use zeroize::Zeroizing;

/// The parameters of one request, in the order in which they came.
///
/// Values may be codes, tokens and passwords: they are erased when dropped, and `Debug` shows
/// only the names.
#[derive(Default)]
pub struct Params(Vec<(String, Zeroizing<String>)>);

/// Why a form or query was refused. It does not repeat the parameter, which may be hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// A parameter appears more than once.
    #[error("a parameter appears more than once")]
    Repeated,
    /// Bad percent-encoding, bytes that are not UTF-8, or a NUL character.
    #[error("a parameter is not properly form-encoded UTF-8")]
    Malformed,
}

impl Params {
    /// Reads a form's body or a query string.
    ///
    /// # Errors
    /// [`ParamsError`] for a repeated parameter or one that is not properly encoded.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParamsError> {
        Self::parse_allowing_repeats(bytes, &[])
    }

    /// Like [`parse`](Self::parse), but the parameters of these names may appear more than once.
    /// The one of OAuth that may is `resource` (RFC 8707 §2).
    ///
    /// # Errors
    /// [`ParamsError`] as for [`parse`](Self::parse).
    pub fn parse_allowing_repeats(bytes: &[u8], repeatable: &[&str]) -> Result<Self, ParamsError> {
        let mut seen = BTreeSet::new();
        let mut params = Vec::new();
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default()).ok_or(ParamsError::Malformed)?.to_string();
            let value = decode(halves.next().unwrap_or_default()).ok_or(ParamsError::Malformed)?;
            if !repeatable.contains(&name.as_str()) && !seen.insert(name.clone()) {
                return Err(ParamsError::Repeated);
            }
            params.push((name, value));
        }
        Ok(Self(params))
    }

    /// The value of a parameter; `None` if it was not sent or was sent empty, which RFC 6749 §3.1
    /// makes the same.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
    }

    /// Every value of a repeatable parameter that is not empty.
    #[must_use]
    pub fn get_all(&self, name: &str) -> Vec<&str> {
        self.iter().filter(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value).collect()
    }

    /// All names and values, empty ones too.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, _)| (name, "[redacted]"))).finish()
    }
}

/// Undoes form-encoding: `+` is a space, `%` starts exactly two hexadecimal digits. `None` for
/// what is not UTF-8 or has a NUL, at which software written in C would stop reading.
pub(crate) fn decode(encoded: &[u8]) -> Option<Zeroizing<String>> {
    let hex =
        |digit: Option<&u8>| char::from(*digit?).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let mut decoded = Zeroizing::new(Vec::with_capacity(encoded.len()));
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next())? << 4 | hex(rest.next())?,
            other => *other,
        });
    }
    let text = std::str::from_utf8(&decoded).ok()?;
    (!text.contains('\0')).then(|| Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Vec<(String, String)>, ParamsError> {
        let params = Params::parse(text.as_bytes())?;
        Ok(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn the_example_of_rfc_6749_appendix_b() {
        // U+0020, U+0025, U+0026, U+002B, U+00A3, U+20AC
        let params = Params::parse(b"v=+%25%26%2B%C2%A3%E2%82%AC").unwrap();
        assert_eq!(params.get("v"), Some(" %&+\u{a3}\u{20ac}"));
    }

    #[test]
    fn a_repeated_parameter_is_refused_however_it_is_written() {
        for text in ["a=1&a=1", "a=1&b=2&a=", "a&a=1", "a=1&%61=2"] {
            assert_eq!(parse(text), Err(ParamsError::Repeated), "{text}");
        }
    }

    #[test]
    fn only_the_named_parameters_may_repeat() {
        let params =
            Params::parse_allowing_repeats(b"resource=a&resource=b&resource=", &["resource"]).unwrap();
        assert_eq!(params.get_all("resource"), ["a", "b"]);
        let error = Params::parse_allowing_repeats(b"resource=a&x=1&x=2", &["resource"]).unwrap_err();
        assert_eq!(error, ParamsError::Repeated);
    }

    #[test]
    fn what_is_not_form_encoded_utf8_is_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%+1", "%=1", "a=%ff", "a=%00", "a=\0"] {
            assert_eq!(parse(text), Err(ParamsError::Malformed), "{text}");
        }
        assert_eq!(Params::parse(b"a=\xff").unwrap_err(), ParamsError::Malformed);
    }

    #[test]
    fn empty_pieces_are_nothing_and_a_value_may_contain_an_equals_sign() {
        assert_eq!(parse("").unwrap(), []);
        assert_eq!(parse("&&").unwrap(), []);
        assert_eq!(parse("a=b=c").unwrap(), [("a".to_owned(), "b=c".to_owned())]);
    }

    #[test]
    fn debug_shows_names_but_never_values() {
        let params = Params::parse(b"code=s3cr3t").unwrap();
        assert_eq!(format!("{params:?}"), r#"{"code": "[redacted]"}"#);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(bytes: Vec<u8>) {
            let _ = Params::parse(&bytes);
        }

        #[test]
        fn what_a_browser_encodes_is_read_back(pairs: std::collections::BTreeMap<String, String>) {
            prop_assume!(!pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')));
            let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let params = Params::parse(encoded.as_bytes()).unwrap();
            prop_assert!(params.iter().eq(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))));
        }
    }
}
