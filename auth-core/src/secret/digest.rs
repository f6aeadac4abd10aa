use std::fmt;
use std::hash::{Hash, Hasher};

use aws_lc_rs::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

/// SHA-256 of a random secret: the only form in which one is stored or looked up.
///
/// Equality takes the same time whatever the bytes are. A fast digest is right for secrets of 256
/// random bits, and wrong for anything that a person chose.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut output = [0; 32];
        output.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(output)
    }

    /// A digest as it was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal characters.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads what [`to_hex`](Self::to_hex) wrote; `None` for anything else.
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        decode_hex_32(hex).map(Self)
    }
}

/// 64 hexadecimal characters, of either case, as 32 bytes.
pub(crate) fn decode_hex_32(hex: &str) -> Option<[u8; 32]> {
    let digits = hex.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// The digest is no secret, but neither does a log need it: only enough to tell two apart.
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({}…)", &self.to_hex()[..8])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn digests_are_sha256() {
        // FIPS 180-4's own example.
        let abc = Digest::of(b"abc");
        assert_eq!(abc.to_hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(format!("{abc:?}"), "Digest(ba7816bf…)");
    }

    #[test]
    fn hex_goes_back_and_forth_and_nothing_else_is_read() {
        let digest = Digest::of(b"x");
        assert_eq!(Digest::from_hex(&digest.to_hex()).unwrap(), digest);
        assert_eq!(Digest::from_bytes(*digest.as_bytes()), digest);
        assert!(digest != Digest::of(b"y"));
        assert!(Digest::from_hex(&digest.to_hex()[1..]).is_none());
        assert!(Digest::from_hex(&"g".repeat(64)).is_none());
        assert!(Digest::from_hex(&"é".repeat(32)).is_none());
    }
}
