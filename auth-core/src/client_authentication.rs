//! Which client is calling, and what it proves it with (RFC 6749 §2.3).
//!
//! [`present`] reads the credentials of a request to the token, revocation or introspection
//! endpoint; comparing them with what is registered is the server's part. It refuses everything
//! ambiguous: two methods at once, two headers, two identities.
//!
//! # Example
//! ```
//! use auth_core::client_authentication::{ClientAuthMethod, present};
//! use auth_core::params::Params;
//!
//! let form = Params::parse(b"grant_type=client_credentials")?;
//! // The example of RFC 6749 §2.3.1.
//! let client = present(&["Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"], &form)?;
//! assert_eq!(client.client_id, "s6BhdRkqt3");
//! assert_eq!(client.method, ClientAuthMethod::ClientSecretBasic);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use crate::error::OAuthError;
use crate::params::{self, Params};
use crate::secret::ClientSecret;

/// How a client authenticates: the `token_endpoint_auth_method` of RFC 7591 §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// `Authorization: Basic` (RFC 6749 §2.3.1).
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the form (RFC 6749 §2.3.1).
    ClientSecretPost,
    /// Not at all: a public client that says only who it is (RFC 6749 §3.2.1).
    None,
}

impl ClientAuthMethod {
    /// Every method.
    pub const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];

    /// The method's registered name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }

    /// Reads a method's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

/// What a client presented. Nothing of it has been checked yet.
#[derive(Debug)]
pub struct PresentedClient {
    /// Who it says it is.
    pub client_id: String,
    /// How it authenticates; the server must compare it with the registered method.
    pub method: ClientAuthMethod,
    /// What it proves that with; `None` for, and only for, the method `none`.
    pub secret: Option<ClientSecret>,
}

/// A request whose client cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct ClientAuthError {
    /// What to answer.
    pub error: OAuthError,
    /// Whether the client used the `Authorization` header: then a 401 must carry a
    /// `WWW-Authenticate: Basic` challenge (RFC 6749 §5.2).
    pub basic_tried: bool,
}

/// Reads the client's credentials from every `Authorization` header of the request and its form.
///
/// # Errors
/// `invalid_request` when there is more than one credential, `invalid_client` when there is none
/// or it is malformed.
pub fn present(authorization: &[&str], form: &Params) -> Result<PresentedClient, ClientAuthError> {
    let refuse = |error| ClientAuthError { error, basic_tried: !authorization.is_empty() };
    let client_id = form.get("client_id");
    let client_secret = form.get("client_secret");
    if form.get("client_assertion").is_some() || form.get("client_assertion_type").is_some() {
        return Err(refuse(OAuthError::invalid_client(
            "client assertions are not supported: use the registered client_secret_basic, client_secret_post or none",
        )));
    }
    match authorization {
        [] => {}
        [header] => {
            // RFC 6749 §2.3: no more than one authentication method in a request.
            if client_secret.is_some() {
                return Err(refuse(OAuthError::invalid_request(
                    "the client authenticates both in the Authorization header and in the form: use one",
                )));
            }
            let client = from_basic(header).map_err(refuse)?;
            if client_id.is_some_and(|client_id| client_id != client.client_id) {
                return Err(refuse(OAuthError::invalid_request(
                    "the client_id of the form is not that of the Authorization header",
                )));
            }
            return Ok(client);
        }
        _ => return Err(refuse(OAuthError::invalid_request("there is more than one Authorization header"))),
    }
    let Some(client_id) = client_id else {
        return Err(refuse(OAuthError::invalid_client(
            "the client does not say who it is: authenticate with the method that it is registered for",
        )));
    };
    let client_id = checked_client_id(client_id).map_err(refuse)?;
    let (method, secret) = match client_secret {
        Some(secret) => (ClientAuthMethod::ClientSecretPost, Some(ClientSecret::new(secret))),
        None => (ClientAuthMethod::None, None),
    };
    Ok(PresentedClient { client_id, method, secret })
}

fn from_basic(header: &str) -> Result<PresentedClient, OAuthError> {
    let malformed = || {
        OAuthError::invalid_client(
            "the Authorization header must be Basic with the base64 of client_id:client_secret, each form-encoded",
        )
    };
    let (scheme, credentials) = header.split_once(' ').ok_or_else(malformed)?;
    // RFC 9110 §11.1: the name of the scheme is case-insensitive.
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(malformed());
    }
    let decoded =
        Zeroizing::new(STANDARD.decode(credentials.trim_start_matches(' ')).map_err(|_| malformed())?);
    let colon = decoded.iter().position(|byte| *byte == b':').ok_or_else(malformed)?;
    // RFC 6749 §2.3.1: both halves are form-encoded first, so that either may contain a colon.
    let client_id = params::decode(&decoded[..colon]).ok_or_else(malformed)?;
    let secret = params::decode(&decoded[colon + 1..]).ok_or_else(malformed)?;
    if secret.is_empty() {
        return Err(OAuthError::invalid_client(
            "the client_secret is empty: a client without a secret sends only its client_id, in the form",
        ));
    }
    Ok(PresentedClient {
        client_id: checked_client_id(&client_id)?,
        method: ClientAuthMethod::ClientSecretBasic,
        secret: Some(ClientSecret::new(secret.as_str())),
    })
}

fn checked_client_id(client_id: &str) -> Result<String, OAuthError> {
    // RFC 6749 appendix A.1: client-id = *VSCHAR. It goes into logs and pages.
    let printable = client_id.bytes().all(|byte| matches!(byte, 0x20..=0x7E));
    if client_id.is_empty() || !printable {
        return Err(OAuthError::invalid_client(
            "the client_id is empty or has a character that is not printable ASCII",
        ));
    }
    Ok(client_id.to_owned())
}

/// The `Authorization` header with which a client authenticates (RFC 6749 §2.3.1): form-encoded,
/// then base64. It contains the secret: mark it sensitive before it comes near a log.
#[must_use]
pub fn basic_header(client_id: &str, secret: &ClientSecret) -> String {
    let mut credentials = Zeroizing::new(byte_serialize(client_id.as_bytes()).collect::<String>());
    credentials.push(':');
    credentials.extend(byte_serialize(secret.secret().as_bytes()));
    format!("Basic {}", STANDARD.encode(credentials.as_bytes()))
}

#[cfg(test)]
mod tests;
