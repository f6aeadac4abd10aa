//! Proof Key for Code Exchange: a stolen code is useless without the verifier (RFC 7636).
//!
//! Only `S256` exists here. RFC 9700 §2.1.1 asks for methods that do not show the verifier in the
//! authorization request, and `plain` does show it.
//!
//! # Example
//! ```
//! use auth_core::pkce::{CodeChallenge, CodeVerifier, require_s256};
//!
//! // The client keeps the verifier and sends its challenge with the authorization request …
//! let verifier = CodeVerifier::generate();
//! let sent = verifier.challenge().as_str().to_owned();
//!
//! // … which the server stores, and checks when the code comes back with the verifier.
//! require_s256(Some("S256"))?;
//! let stored = CodeChallenge::parse_s256(&sent)?;
//! assert!(stored.verify(&verifier));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret::{Digest, random_token};

/// The client's secret for one authorization request. Not `Clone`: it is used once.
pub struct CodeVerifier(Zeroizing<String>);

/// A `code_verifier` that RFC 7636 §4.1 does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("code_verifier must have 43 to 128 characters out of A-Z a-z 0-9 - . _ ~")]
pub struct InvalidVerifier;

/// A `code_challenge` that cannot be the SHA-256 of any verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("code_challenge must be the base64url of a SHA-256, without padding: 43 characters")]
pub struct InvalidChallenge;

/// A `code_challenge_method` other than `S256`, which includes none at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("code_challenge_method must be S256; leaving it out means plain, which is refused")]
pub struct UnsupportedMethod;

impl CodeVerifier {
    /// 256 random bits in base64url, as RFC 7636 §4.1 recommends.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random_token()))
    }

    /// Reads a verifier that came with a token request.
    ///
    /// # Errors
    /// [`InvalidVerifier`] unless it has 43 to 128 unreserved characters.
    pub fn parse(text: &str) -> Result<Self, InvalidVerifier> {
        // RFC 7636 §4.1: code-verifier = 43*128unreserved
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !(43..=128).contains(&text.len()) || !text.bytes().all(unreserved) {
            return Err(InvalidVerifier);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The verifier itself. **Never** log it; it goes to the token endpoint and nowhere else.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// `BASE64URL(SHA256(ASCII(code_verifier)))` (RFC 7636 §4.2).
    #[must_use]
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge(URL_SAFE_NO_PAD.encode(Digest::of(self.0.as_bytes()).as_bytes()))
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier([redacted])")
    }
}

/// What the authorization request shows of the verifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads an `S256` challenge.
    ///
    /// # Errors
    /// [`InvalidChallenge`] unless it is the unpadded base64url of exactly 32 bytes. Found here,
    /// at the authorization request, and not by a code exchange that can never succeed.
    pub fn parse_s256(text: &str) -> Result<Self, InvalidChallenge> {
        match URL_SAFE_NO_PAD.decode(text) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(InvalidChallenge),
        }
    }

    /// As it travels and is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the verifier belongs to this challenge (RFC 7636 §4.6), compared in constant time.
    #[must_use]
    pub fn verify(&self, verifier: &CodeVerifier) -> bool {
        self.0.as_bytes().ct_eq(verifier.challenge().0.as_bytes()).into()
    }
}

/// Accepts `S256` and nothing else.
///
/// # Errors
/// [`UnsupportedMethod`] for `plain`, for an unknown method, and for none: RFC 7636 §4.3 makes
/// `plain` the default of an omitted method.
pub fn require_s256(method: Option<&str>) -> Result<(), UnsupportedMethod> {
    match method {
        Some("S256") => Ok(()),
        _ => Err(UnsupportedMethod),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_rfc_7636_appendix_b() {
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();
        assert_eq!(verifier.challenge().as_str(), CHALLENGE);
        assert!(CodeChallenge::parse_s256(CHALLENGE).unwrap().verify(&verifier));
        assert!(!CodeChallenge::parse_s256(CHALLENGE).unwrap().verify(&CodeVerifier::generate()));
    }

    #[test]
    fn the_verifier_itself_is_no_challenge_for_itself() {
        // The downgrade to `plain`: a server that compared the strings would accept this.
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();
        assert!(!CodeChallenge::parse_s256(VERIFIER).unwrap().verify(&verifier));
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        for good in ["a".repeat(43), "~".repeat(128)] {
            assert!(CodeVerifier::parse(&good).is_ok());
        }
        for bad in ["a".repeat(42), "a".repeat(129), "+".repeat(43), "é".repeat(43), String::new()] {
            assert_eq!(CodeVerifier::parse(&bad).unwrap_err(), InvalidVerifier);
        }
    }

    #[test]
    fn a_challenge_is_43_characters_of_base64url() {
        for bad in [
            &CHALLENGE[1..],
            &format!("{CHALLENGE}="),
            &format!("{CHALLENGE}A"),
            &CHALLENGE.replace('-', "+"),
            "",
        ] {
            assert_eq!(CodeChallenge::parse_s256(bad), Err(InvalidChallenge), "{bad}");
        }
    }

    #[test]
    fn only_s256_is_accepted_and_omission_means_plain() {
        assert_eq!(require_s256(Some("S256")), Ok(()));
        for method in [None, Some("plain"), Some("s256"), Some("")] {
            assert_eq!(require_s256(method), Err(UnsupportedMethod), "{method:?}");
        }
    }

    proptest! {
        #[test]
        fn every_verifier_of_the_grammar_meets_its_own_challenge(text in "[A-Za-z0-9._~-]{43,128}") {
            let verifier = CodeVerifier::parse(&text).unwrap();
            let challenge = CodeChallenge::parse_s256(verifier.challenge().as_str()).unwrap();
            prop_assert!(challenge.verify(&verifier));
        }

        #[test]
        fn no_text_makes_the_parsers_panic(text in ".*") {
            let _ = CodeVerifier::parse(&text);
            let _ = CodeChallenge::parse_s256(&text);
        }
    }
}
