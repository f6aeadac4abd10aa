//! JSON Web Key Sets: the public keys that an issuer publishes (RFC 7517), and how the others
//! fetch and keep them.
//!
//! # Example
//! A resource server verifies the tokens of an issuer with the keys that it publishes:
//! ```no_run
//! # async fn example(token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use auth_core::clock::Clock;
//! use auth_core::http_client::HttpClient;
//! use auth_core::jwks::RemoteJwks;
//! use auth_core::jwt::{AccessTokenClaims, Expected};
//!
//! let url = "https://issuer.example/.well-known/jwks.json";
//! let jwks = RemoteJwks::new(HttpClient::new()?, url, Clock::system());
//! let expected = Expected::access_token("https://issuer.example", "https://api.example");
//! let verified = jwks.verify::<AccessTokenClaims>(token, &expected).await?;
//! println!("{} may {}", verified.claims.sub, verified.claims.scope);
//! # Ok(())
//! # }
//! ```

mod jwk;
mod remote;

pub use jwk::{Jwk, JwkSet, KeyMaterial};
pub use remote::{JwksError, RemoteJwks, RemoteVerifyError};
