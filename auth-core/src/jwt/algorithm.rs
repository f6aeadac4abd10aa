//! The signature algorithms that this project speaks, RFC 7518 §3.1 and RFC 8037 §3.1.

use serde::{Deserialize, Serialize};

/// A JWS algorithm. There is no `none` among them, so no token can ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256: small and fast; what access tokens are signed with.
    ES256,
    /// RSASSA-PKCS1-v1_5 with SHA-256: what every OpenID Connect client understands
    /// (OpenID Connect Core §15.1).
    RS256,
    /// Ed25519.
    EdDSA,
    /// HMAC with SHA-256: for one party that both signs and verifies, never between two.
    HS256,
}

impl Algorithm {
    /// The algorithms with a public key: all that may be used between two parties.
    pub const ASYMMETRIC: [Self; 3] = [Self::ES256, Self::RS256, Self::EdDSA];

    /// The name in the header, as registered by IANA.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::RS256 => "RS256",
            Self::EdDSA => "EdDSA",
            Self::HS256 => "HS256",
        }
    }

    /// The algorithm with exactly this name.
    ///
    /// RFC 7515 §4.1.1: names are case-sensitive.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::ES256, Self::RS256, Self::EdDSA, Self::HS256]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
    }

    pub(super) fn backend(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::ES256 => jsonwebtoken::Algorithm::ES256,
            Self::RS256 => jsonwebtoken::Algorithm::RS256,
            Self::EdDSA => jsonwebtoken::Algorithm::EdDSA,
            Self::HS256 => jsonwebtoken::Algorithm::HS256,
        }
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
