//! Scopes: what an access token allows (RFC 6749 §3.3).
//!
//! # Example
//! ```
//! use auth_core::scope::Scopes;
//!
//! let asked = Scopes::parse("openid notes:read notes:write")?;
//! let allowed = Scopes::parse("notes:read openid")?;
//! assert!(!asked.is_subset_of(&allowed));
//! assert_eq!(asked.intersection(&allowed).to_string(), "notes:read openid");
//! # Ok::<(), auth_core::scope::InvalidScope>(())
//! ```

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One scope-token: case-sensitive, printable ASCII without space, `"` and `\`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

/// A scope that RFC 6749 §3.3 does not allow. It does not repeat the text, which may be hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a scope is one or more printable ASCII characters other than space, double quote and backslash, and single spaces separate scopes"
)]
pub struct InvalidScope;

impl Scope {
    /// Reads one scope-token.
    ///
    /// # Errors
    /// [`InvalidScope`] when it is empty or has a character that is not allowed.
    pub fn parse(token: &str) -> Result<Self, InvalidScope> {
        // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if token.is_empty() || !token.bytes().all(allowed) {
            return Err(InvalidScope);
        }
        Ok(Self(token.to_owned()))
    }

    /// The scope-token as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Scope {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of scopes. Their order has no meaning (RFC 6749 §3.3), so it is kept sorted, and a
/// repeated scope counts once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// No scope at all.
    #[must_use]
    pub const fn empty() -> Self {
        Self(BTreeSet::new())
    }

    /// Reads a `scope` parameter: scope-tokens separated by single spaces. An empty text is the
    /// empty set.
    ///
    /// # Errors
    /// [`InvalidScope`] for a character that is not allowed, and for spaces at the ends or in a row.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        if text.is_empty() {
            return Ok(Self::empty());
        }
        // RFC 6749 §3.3: scope = scope-token *( SP scope-token )
        text.split(' ').map(Scope::parse).collect()
    }

    /// Whether the set has this scope, compared exactly.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Whether `other` has every scope of this set.
    #[must_use]
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// The scopes that both sets have.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(&self.0 & &other.0)
    }

    /// The scopes that either set has.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(&self.0 | &other.0)
    }

    /// The scopes of this set that `other` does not have.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(&self.0 - &other.0)
    }

    /// The scopes, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one.
    pub fn insert(&mut self, scope: Scope) {
        self.0.insert(scope);
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&scope.0)?;
        }
        Ok(())
    }
}

impl FromStr for Scopes {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        Self::parse(text)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl Extend<Scope> for Scopes {
    fn extend<I: IntoIterator<Item = Scope>>(&mut self, scopes: I) {
        self.0.extend(scopes);
    }
}

/// As the space-separated string of RFC 6749 §3.3, in JSON, claims and databases alike.
impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_and_repetition_mean_nothing() {
        let scopes = Scopes::parse("write read write").unwrap();
        assert_eq!(scopes, Scopes::parse("read write").unwrap());
        assert_eq!(scopes.to_string(), "read write");
        assert_eq!(scopes.iter().count(), 2);
    }

    #[test]
    fn scopes_are_case_sensitive_and_never_matched_by_prefix() {
        let scopes = Scopes::parse("notes:read").unwrap();
        assert!(scopes.contains("notes:read"));
        assert!(!scopes.contains("Notes:read"));
        assert!(!scopes.contains("notes"));
    }

    #[test]
    fn what_the_grammar_does_not_allow_is_refused() {
        for text in
            [" read", "read ", "read  write", "read\twrite", "re\"ad", r"re\ad", "réad", "read\0", "\u{7f}"]
        {
            assert_eq!(Scopes::parse(text), Err(InvalidScope), "{text:?}");
        }
        assert_eq!(Scope::parse(""), Err(InvalidScope));
        assert_eq!(Scope::parse("a b"), Err(InvalidScope));
    }

    #[test]
    fn set_operations_do_what_they_say() {
        let (one, two) = (Scopes::parse("a b").unwrap(), Scopes::parse("b c").unwrap());
        assert_eq!(one.union(&two).to_string(), "a b c");
        assert_eq!(one.difference(&two).to_string(), "a");
        assert_eq!(one.intersection(&two).to_string(), "b");
        assert!(Scopes::empty().is_subset_of(&one) && Scopes::empty().is_empty());
        assert!(!one.is_subset_of(&two));
    }

    #[test]
    fn json_is_the_space_separated_string() {
        let scopes: Scopes = serde_json::from_str(r#""b a""#).unwrap();
        assert_eq!(serde_json::to_string(&scopes).unwrap(), r#""a b""#);
        assert!(serde_json::from_str::<Scopes>(r#"["a"]"#).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_fail_otherwise_than_by_its_error(text in ".*") {
            if let Ok(scopes) = Scopes::parse(&text) {
                prop_assert_eq!(Scopes::parse(&scopes.to_string()).unwrap(), scopes);
            }
        }

        #[test]
        fn every_text_of_the_grammar_is_read_and_written_back(
            tokens in proptest::collection::vec("[!#-\\[\\]-~]{1,12}", 0..6)
        ) {
            let scopes = Scopes::parse(&tokens.join(" ")).unwrap();
            prop_assert!(tokens.iter().all(|token| scopes.contains(token)));
            prop_assert_eq!(scopes.to_string().parse::<Scopes>().unwrap(), scopes);
        }
    }
}
