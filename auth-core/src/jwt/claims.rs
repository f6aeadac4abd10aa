//! The claims of access tokens (RFC 9068 §2.2) and ID tokens (OpenID Connect Core §2).

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Algorithm;
use crate::clock::Timestamp;
use crate::scope::Scopes;

/// The `aud` claim: RFC 7519 §4.1.3 writes one recipient as a string, several as an array.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One recipient.
    One(String),
    /// Any number of recipients.
    Many(Vec<String>),
}

impl Audience {
    /// Whether `recipient` is among them, compared exactly.
    pub fn contains(&self, recipient: &str) -> bool {
        self.iter().any(|one| one == recipient)
    }

    /// All recipients.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

impl Default for Audience {
    /// No recipient: a token that nobody accepts.
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl From<&str> for Audience {
    fn from(one: &str) -> Self {
        Self::One(one.to_owned())
    }
}

impl From<String> for Audience {
    fn from(one: String) -> Self {
        Self::One(one)
    }
}

impl From<Vec<String>> for Audience {
    /// One recipient becomes a plain string, the form that every library reads.
    fn from(mut many: Vec<String>) -> Self {
        match many.pop() {
            Some(one) if many.is_empty() => Self::One(one),
            Some(last) => {
                many.push(last);
                Self::Many(many)
            }
            None => Self::Many(many),
        }
    }
}

/// What an access token says, RFC 9068 §2.2. Times are in seconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// The authorization server.
    pub iss: String,
    /// Whom the token speaks for: a user, or the client itself in the client credentials grant.
    pub sub: String,
    /// The resource servers that it is for.
    pub aud: Audience,
    /// The client that it was issued to.
    pub client_id: String,
    /// The end of its life.
    pub exp: Timestamp,
    /// When it was issued.
    pub iat: Timestamp,
    /// Its own name, unique.
    pub jti: String,
    /// What it allows.
    #[serde(default, skip_serializing_if = "Scopes::is_empty")]
    pub scope: Scopes,
    /// When the user last signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
    /// The authorization that it stems from: the authorization server's own name for what the
    /// user allowed. Revoking that authorization ends every token that names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_id: Option<String>,
}

impl Default for AccessTokenClaims {
    /// Empty, and expired in 1970: a start to fill in.
    fn default() -> Self {
        Self {
            iss: String::new(),
            sub: String::new(),
            aud: Audience::default(),
            client_id: String::new(),
            exp: Timestamp::from_unix(0),
            iat: Timestamp::from_unix(0),
            jti: String::new(),
            scope: Scopes::empty(),
            auth_time: None,
            auth_id: None,
        }
    }
}

/// What an ID token says, OpenID Connect Core §2. Times are in seconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdTokenClaims {
    /// The provider.
    pub iss: String,
    /// The user, as this provider names them.
    pub sub: String,
    /// The clients that it is for.
    pub aud: Audience,
    /// The client that asked for it; required when `aud` names several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azp: Option<String>,
    /// The end of its life.
    pub exp: Timestamp,
    /// When it was issued.
    pub iat: Timestamp,
    /// When the user last signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
    /// The nonce of the authorization request, given back unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Binds the access token that came with it; see [`at_hash`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// The session at the provider, for logout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Everything else: the profile claims that were asked for.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Default for IdTokenClaims {
    /// Empty, and expired in 1970: a start to fill in.
    fn default() -> Self {
        Self {
            iss: String::new(),
            sub: String::new(),
            aud: Audience::default(),
            azp: None,
            exp: Timestamp::from_unix(0),
            iat: Timestamp::from_unix(0),
            auth_time: None,
            nonce: None,
            at_hash: None,
            sid: None,
            extra: serde_json::Map::new(),
        }
    }
}

/// The `at_hash` of an access token for an ID token signed with `algorithm`.
///
/// OpenID Connect Core §3.1.3.6: the left half of the hash that the algorithm uses. For Ed25519
/// that hash is SHA-512.
pub fn at_hash(access_token: &str, algorithm: Algorithm) -> String {
    let hash = match algorithm {
        Algorithm::EdDSA => &digest::SHA512,
        Algorithm::ES256 | Algorithm::RS256 | Algorithm::HS256 => &digest::SHA256,
    };
    let digest = digest::digest(hash, access_token.as_bytes());
    let (left, _) = digest.as_ref().split_at(digest.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}
