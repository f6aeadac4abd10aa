use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use zeroize::Zeroizing;

/// Encrypts what a server must be able to read again, so that a copy of its database alone gives
/// nothing away (AES-256-GCM under a key that HKDF-SHA256 derives, RFC 5869).
///
/// The `context` of a sealed value (its table, column and row) is authenticated with it: a value
/// moved to another row does not open.
///
/// ```
/// use auth_core::secret::SealingKey;
/// let key = SealingKey::derive(&[7; 32], "signing keys");
/// let sealed = key.seal(b"a private key", b"kid-1")?;
/// assert_eq!(*key.open(&sealed, b"kid-1")?, b"a private key");
/// assert!(key.open(&sealed, b"kid-2").is_err());
/// # Ok::<(), auth_core::secret::SealError>(())
/// ```
pub struct SealingKey {
    pseudo_random_key: Prk,
    purpose: String,
}

/// A value could not be sealed, or did not open: another key, another context, or it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the sealed value does not open: it was made with another key or for another place, or it was changed"
)]
pub struct SealError;

struct KeyLength;

impl KeyType for KeyLength {
    fn len(&self) -> usize {
        32
    }
}

impl SealingKey {
    /// A key for one `purpose`. The same secret gives unrelated keys for different purposes;
    /// `secret` must itself be random (32 bytes or more), for HKDF adds no strength.
    #[must_use]
    pub fn derive(secret: &[u8], purpose: &str) -> Self {
        Self { pseudo_random_key: Salt::new(HKDF_SHA256, &[]).extract(secret), purpose: purpose.to_owned() }
    }

    /// Encrypts `plaintext`. The result is a random 96-bit nonce, the ciphertext and its tag.
    ///
    /// # Errors
    /// [`SealError`] if the cipher refuses, which takes more than 64 GiB of plaintext.
    pub fn seal(&self, plaintext: &[u8], context: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut ciphertext = plaintext.to_vec();
        let nonce = self
            .cipher()?
            .seal_in_place_append_tag(Aad::from(context), &mut ciphertext)
            .map_err(|_| SealError)?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut ciphertext);
        Ok(sealed)
    }

    /// Decrypts what [`seal`](Self::seal) made with the same context.
    ///
    /// # Errors
    /// [`SealError`] for anything else; it never says why.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, ciphertext) = sealed.split_at_checked(NONCE_LEN).ok_or(SealError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let length = self
            .cipher()?
            .open_in_place(nonce, Aad::from(context), &mut plaintext)
            .map_err(|_| SealError)?
            .len();
        plaintext.truncate(length);
        Ok(plaintext)
    }

    fn cipher(&self) -> Result<RandomizedNonceKey, SealError> {
        let mut key = Zeroizing::new([0; 32]);
        self.pseudo_random_key
            .expand(&[self.purpose.as_bytes()], KeyLength)
            .and_then(|output| output.fill(key.as_mut()))
            .and_then(|()| RandomizedNonceKey::new(&AES_256_GCM, key.as_ref()))
            .map_err(|_| SealError)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_sealed_value_opens_only_with_its_key_purpose_and_context() {
        let key = SealingKey::derive(&[1; 32], "tokens");
        let sealed = key.seal(b"plain", b"row 1").unwrap();
        assert_eq!(&**key.open(&sealed, b"row 1").unwrap(), b"plain");

        assert_eq!(key.open(&sealed, b"row 2").unwrap_err(), SealError);
        assert_eq!(SealingKey::derive(&[1; 32], "keys").open(&sealed, b"row 1").unwrap_err(), SealError);
        assert_eq!(SealingKey::derive(&[2; 32], "tokens").open(&sealed, b"row 1").unwrap_err(), SealError);
    }

    #[test]
    fn a_changed_or_shortened_value_does_not_open() {
        let key = SealingKey::derive(&[1; 32], "tokens");
        let sealed = key.seal(b"plain", b"").unwrap();
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert!(key.open(&changed, b"").is_err(), "byte {position}");
            assert!(key.open(&sealed[..position], b"").is_err(), "cut at {position}");
        }
    }

    #[test]
    fn the_same_value_is_never_sealed_to_the_same_bytes() {
        let key = SealingKey::derive(&[1; 32], "tokens");
        assert_ne!(key.seal(b"plain", b"").unwrap(), key.seal(b"plain", b"").unwrap());
        assert_eq!(format!("{key:?}"), r#"SealingKey { purpose: "tokens", .. }"#);
    }
}
