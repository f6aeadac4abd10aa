//! Token introspection, RFC 7662: the response, shared by the authorization server that writes
//! it and the resource server that reads it, and the client that asks.
//!
//! # Example
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use auth_core::clock::Clock;
//! use auth_core::http_client::HttpClient;
//! use auth_core::introspection::IntrospectionClient;
//! use auth_core::secret::{BearerToken, ClientSecret};
//!
//! let client = IntrospectionClient::new(
//!     HttpClient::new()?,
//!     "https://issuer.example/o/introspect",
//!     "notes-api",
//!     ClientSecret::new(std::env::var("CLIENT_SECRET")?),
//!     Clock::system(),
//! );
//! let response = client.introspect(&BearerToken::new("token from a request")).await?;
//! println!("active: {}", response.active);
//! # Ok(())
//! # }
//! ```

mod client;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::jwt::Audience;
use crate::scope::Scopes;

pub use client::{IntrospectionClient, IntrospectionError};

/// The introspection response, RFC 7662 §2.2. Times are in seconds since 1970, UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntrospectionResponse {
    /// Whether the token is good at this moment for whoever asks.
    pub active: bool,
    /// What it allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scopes>,
    /// The client that it was issued to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// A name of the user for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// `Bearer` for an access token (RFC 6749 §5.1); absent for a refresh token, which is how a
    /// resource server tells that it is not one to accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// The end of its life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<Timestamp>,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<Timestamp>,
    /// When it begins to be valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<Timestamp>,
    /// Whom it speaks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The resource servers that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// The authorization server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// When the user last signed in (RFC 9470 §6.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
}

impl IntrospectionResponse {
    /// What there is to say about every token that is not good, whatever the reason:
    /// RFC 7662 §2.2 wants nothing but `"active": false`.
    pub fn inactive() -> Self {
        Self::default()
    }
}
