//! The keys that an issuer's tokens are verified with, each bound to one algorithm.

use jsonwebtoken::DecodingKey;

use super::{Algorithm, SigningKey};
use crate::jwks::{Jwk, JwkSet};

/// The keys of one issuer. Each belongs to exactly one algorithm, which is what makes it
/// impossible to verify an HS256 token with a public RSA key as its "secret" (RFC 8725 §3.1).
#[derive(Clone, Debug, Default)]
pub struct VerificationKeys {
    keys: Vec<VerificationKey>,
}

#[derive(Clone, Debug)]
pub(super) struct VerificationKey {
    pub(super) kid: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

impl VerificationKeys {
    /// The keys of a set that are for signatures with an algorithm of ours. Others are left out.
    ///
    /// RFC 7517 §5: a key that is not understood is ignored, not a reason to refuse the set.
    pub fn from_jwks(set: &JwkSet) -> Self {
        set.keys.iter().filter_map(Self::usable).collect()
    }

    /// The public halves of one's own keys; of an HS256 key, the key itself.
    pub fn from_signing_keys<'a>(keys: impl IntoIterator<Item = &'a SigningKey>) -> Self {
        keys.into_iter().map(SigningKey::verification_key).collect()
    }

    /// Whether there is a key with this `kid`.
    pub fn contains(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key for a token with this header. A token without `kid` is verified only where the
    /// choice of key is no choice: there is exactly one for its algorithm.
    pub(super) fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<&VerificationKey> {
        let mut candidates = self.keys.iter().filter(|key| match kid {
            Some(kid) => key.kid.as_deref() == Some(kid),
            None => key.algorithm == algorithm,
        });
        let first = candidates.next()?;
        // RFC 7517 §4.5: key IDs should be distinct. Where they are not, nothing is guessed.
        candidates.next().is_none().then_some(first)
    }

    fn usable(jwk: &Jwk) -> Option<VerificationKey> {
        let algorithm = jwk.signature_algorithm()?;
        let key = jwk.decoding_key()?;
        Some(VerificationKey { kid: jwk.kid.clone(), algorithm, key })
    }
}

impl FromIterator<VerificationKey> for VerificationKeys {
    fn from_iter<I: IntoIterator<Item = VerificationKey>>(keys: I) -> Self {
        Self { keys: keys.into_iter().collect() }
    }
}
