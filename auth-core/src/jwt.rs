//! JSON Web Tokens: signing them, and verifying them so that nothing is taken on trust.
//!
//! [`verify`] follows RFC 8725 (JWT best current practices) and RFC 9068 §4: the algorithm comes
//! from the key and never from the token, the type is compared, and `iss`, `aud`, `sub`, `exp`
//! and `iat` must all be there with the right JSON type. A library that treats a wrongly typed
//! claim as absent, and an absent one as fine, accepts a token that never expires
//! (CVE-2026-25537); here the claims are checked by this module, against the application's clock.
//!
//! # Example
//! ```
//! use std::time::Duration;
//! use auth_core::clock::Clock;
//! use auth_core::jwt::{self, AccessTokenClaims, Algorithm, Expected, SigningKey, VerificationKeys};
//!
//! let now = Clock::system().now();
//! let key = SigningKey::generate(Algorithm::ES256)?;
//! let claims = AccessTokenClaims {
//!     iss: "https://issuer.example".into(),
//!     sub: "alice".into(),
//!     aud: "https://api.example".into(),
//!     client_id: "web-app".into(),
//!     exp: now + Duration::from_secs(900),
//!     iat: now,
//!     jti: "x4J9".into(),
//!     ..AccessTokenClaims::default()
//! };
//! let token = key.sign(jwt::ACCESS_TOKEN_TYPE, &claims)?;
//!
//! let keys = VerificationKeys::from_signing_keys([&key]);
//! let expected = Expected::access_token("https://issuer.example", "https://api.example");
//! let verified = jwt::verify::<AccessTokenClaims>(&token, &keys, &expected, now)?;
//! assert_eq!(verified.claims.sub, "alice");
//!
//! let other_api = Expected::access_token("https://issuer.example", "https://other.example");
//! assert!(jwt::verify::<AccessTokenClaims>(&token, &keys, &other_api, now).is_err());
//! # Ok::<(), jwt::JwtError>(())
//! ```

mod algorithm;
mod claims;
mod error;
mod parse;
mod signing;
mod verification_keys;
mod verify;

pub use algorithm::Algorithm;
pub use claims::{AccessTokenClaims, Audience, IdTokenClaims, at_hash};
pub use error::JwtError;
pub use parse::kid_of;
pub use signing::SigningKey;
pub use verification_keys::VerificationKeys;
pub use verify::{Expected, MAX_LEEWAY, Verified, verify};

/// The `typ` of an access token, RFC 9068 §2.1.
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// The `typ` of a JWT that says nothing more about itself, an ID token for instance.
pub const JWT_TYPE: &str = "JWT";

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

#[cfg(test)]
mod refusals;
#[cfg(test)]
mod vectors;
