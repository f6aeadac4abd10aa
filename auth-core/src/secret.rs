//! Secrets that cannot be printed, compared in variable time, or stored by accident.
//!
//! Each kind of secret is a type of its own, so that a refresh token cannot be passed where a
//! code is wanted, and none of them implements `Display`, `PartialEq` or `Serialize`. What a
//! database keeps of a secret is its [`Digest`], or the ciphertext that a [`SealingKey`] makes.
//!
//! # Example
//! ```
//! use auth_core::secret::{Digest, RefreshToken};
//!
//! let token = RefreshToken::generate();
//! assert_eq!(format!("{token:?}"), "RefreshToken([redacted])");
//!
//! // What is stored, and how the token is found again when it comes back:
//! let stored: Digest = token.digest();
//! let presented = RefreshToken::new(token.secret());
//! assert!(presented.digest() == stored);
//! assert!(presented.matches(&token));
//! ```

mod digest;
mod random;
mod sealing;

pub use digest::Digest;
pub(crate) use digest::decode_hex_32;
pub use random::{random_bytes, random_id, random_token};
pub use sealing::{SealError, SealingKey};

/// What [`secret_type!`](crate::secret_type) expands to needs these names, whatever its caller depends on.
#[doc(hidden)]
pub mod __macro {
    pub use serde::{Deserialize, Deserializer};
    pub use zeroize::Zeroizing;
}

/// Declares a secret: a string that is erased when dropped and whose `Debug` is redacted.
///
/// Attributes pass through; write `#[derive(Clone)]` only for a secret that several owners must
/// hold (a client's own credential), never for one that is used once.
///
/// ```
/// auth_core::secret_type! {
///     /// The key of a partner's API.
///     pub struct PartnerKey;
/// }
/// assert_eq!(format!("{:?}", PartnerKey::new("k-1")), "PartnerKey([redacted])");
/// ```
#[macro_export]
macro_rules! secret_type {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident;) => {
        $(#[$attribute])*
        $visibility struct $name($crate::secret::__macro::Zeroizing<String>);

        #[allow(dead_code, reason = "one vocabulary for every secret, whether or not each word is used")]
        impl $name {
            /// Takes a secret that came from elsewhere: a request, the environment, a file.
            $visibility fn new(secret: impl Into<String>) -> Self {
                Self($crate::secret::__macro::Zeroizing::new(secret.into()))
            }

            /// Makes a new one of 256 random bits: 43 characters of base64url.
            $visibility fn generate() -> Self {
                Self::new($crate::secret::random_token())
            }

            /// The secret itself.
            ///
            /// **Never** log it, put it in an error or store it; to store or look up, use
            /// the digest.
            $visibility fn secret(&self) -> &str {
                &self.0
            }

            /// SHA-256 of the secret: what a database may keep of a *random* secret. (A password
            /// is not random; it needs Argon2id.)
            $visibility fn digest(&self) -> $crate::secret::Digest {
                $crate::secret::Digest::of(self.0.as_bytes())
            }

            /// Whether both are the same secret, in time that depends on neither.
            $visibility fn matches(&self, other: &Self) -> bool {
                self.digest() == other.digest()
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        impl<'de> $crate::secret::__macro::Deserialize<'de> for $name {
            fn deserialize<D: $crate::secret::__macro::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                <String as $crate::secret::__macro::Deserialize>::deserialize(deserializer).map(Self::new)
            }
        }
    };
}

secret_type! {
    /// What a confidential client proves itself with (RFC 6749 §2.3.1).
    #[derive(Clone)]
    pub struct ClientSecret;
}
secret_type! {
    /// The short-lived, single-use answer of the authorization endpoint (RFC 6749 §1.3.1).
    pub struct AuthorizationCode;
}
secret_type! {
    /// Gets new access tokens without the user (RFC 6749 §1.5).
    pub struct RefreshToken;
}
secret_type! {
    /// An access token as it travels: whoever bears it may use it (RFC 6750 §1.2).
    #[derive(Clone)]
    pub struct BearerToken;
}
secret_type! {
    /// What a user types. Never stored and never digested with SHA-256: see `password`.
    pub struct Password;
}
secret_type! {
    /// The value of a session cookie.
    pub struct SessionSecret;
}
secret_type! {
    /// The hidden field that shows that a form came from our own page.
    pub struct CsrfToken;
}
secret_type! {
    /// Binds an authorization response to the browser that asked (RFC 6749 §10.12).
    pub struct State;
}
secret_type! {
    /// Binds an ID token to the browser that asked (OpenID Connect Core §3.1.2.1).
    pub struct Nonce;
}
secret_type! {
    /// Names an authorization request that waits on the server for the user's decision.
    pub struct RequestHandle;
}
secret_type! {
    /// The key of an HMAC-signed token (RFC 7518 §3.2).
    #[derive(Clone)]
    pub struct SigningSecret;
}
secret_type! {
    /// What the other keys of a server are sealed under.
    pub struct MasterSecret;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_secret() {
        let shown = format!("{:?} {:?}", ClientSecret::new("hunter2"), Some(State::new("hunter2")));
        assert_eq!(shown, "ClientSecret([redacted]) Some(State([redacted]))");
    }

    #[test]
    fn secrets_match_only_themselves() {
        let secret = Password::new("correct horse");
        assert!(secret.matches(&Password::new("correct horse")));
        assert!(!secret.matches(&Password::new("correct hors")));
        assert!(!secret.matches(&Password::new("")));
    }

    #[test]
    fn generated_secrets_differ_and_have_256_bits() {
        let one = AuthorizationCode::generate();
        assert_eq!(one.secret().len(), 43);
        assert!(!one.matches(&AuthorizationCode::generate()));
    }
}
