//! The compact form of a signed JWT taken apart, RFC 7515 §3.1, before anything of it is trusted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::{JwtError, MAX_TOKEN_BYTES};

/// A token in its parts. Nothing in it has been verified.
pub(super) struct Parts<'a> {
    /// What the signature covers: the first two parts and the dot between them.
    pub(super) signed: &'a str,
    /// The third part, still in base64url.
    pub(super) signature: &'a str,
    pub(super) header: Map<String, Value>,
    payload: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, JwtError> {
        // First of all, so that an endless token costs nothing.
        if token.len() > MAX_TOKEN_BYTES {
            return Err(JwtError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JwtError::Malformed("it has no parts"))?;
        let (header, payload) = signed.split_once('.').ok_or(JwtError::Malformed("it has two parts"))?;
        if payload.contains('.') {
            // Five parts would be an encrypted token, which nobody here issues.
            return Err(JwtError::Malformed("it has more than three parts"));
        }
        Ok(Self { signed, signature, header: json_object(header, "its header")?, payload })
    }

    /// The payload as a JSON object. To be called once the signature is known to be right.
    pub(super) fn claims(&self) -> Result<Map<String, Value>, JwtError> {
        json_object(self.payload, "its payload")
    }

    /// A header parameter that must be a string if it is there at all.
    pub(super) fn header_str(&self, name: &str) -> Result<Option<&str>, JwtError> {
        match self.header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(JwtError::Malformed("a header parameter has the wrong JSON type")),
        }
    }
}

/// RFC 7515 §2: base64url without padding, white space or stray bits. RFC 7519 §7.2: UTF-8, one
/// JSON object, nothing after it.
fn json_object(part: &str, what: &'static str) -> Result<Map<String, Value>, JwtError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Malformed(what))?;
    serde_json::from_slice(&bytes).map_err(|_| JwtError::Malformed(what))
}

/// The `kid` that a token claims, to choose which keys to fetch. It is unverified: it selects
/// among the issuer's keys and must decide nothing else.
///
/// # Errors
/// [`JwtError::TooLong`] and [`JwtError::Malformed`] when it is not a signed JWT at all.
pub fn kid_of(token: &str) -> Result<Option<String>, JwtError> {
    Ok(Parts::parse(token)?.header_str("kid")?.map(str::to_owned))
}
