//! One public key as JSON, RFC 7517 §4, and sets of them, §5.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::jwt::Algorithm;

/// A public key. It has no place for a private or symmetric one, so none can be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// The key itself.
    #[serde(flatten)]
    pub material: KeyMaterial,
    /// The name that tokens know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What it is for: `sig` or `enc`.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// The algorithm that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
}

/// The parameters by key type, RFC 7518 §6 and RFC 8037 §2; numbers in base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum KeyMaterial {
    /// A point on an elliptic curve.
    #[serde(rename = "EC")]
    Ec {
        /// The curve, `P-256` for instance.
        crv: String,
        /// The x coordinate.
        x: String,
        /// The y coordinate.
        y: String,
    },
    /// An RSA key.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus.
        n: String,
        /// The public exponent.
        e: String,
    },
    /// An octet key pair, Ed25519 for instance.
    #[serde(rename = "OKP")]
    Okp {
        /// The curve, `Ed25519` for instance.
        crv: String,
        /// The public key.
        x: String,
    },
}

impl Jwk {
    pub(crate) fn p256(x: &[u8], y: &[u8]) -> Self {
        let material = KeyMaterial::Ec {
            crv: "P-256".into(),
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        };
        Self::for_signatures(material, Algorithm::ES256)
    }

    pub(crate) fn ed25519(x: &[u8]) -> Self {
        let material = KeyMaterial::Okp { crv: "Ed25519".into(), x: URL_SAFE_NO_PAD.encode(x) };
        Self::for_signatures(material, Algorithm::EdDSA)
    }

    pub(crate) fn rsa(n: &[u8], e: &[u8]) -> Self {
        let material = KeyMaterial::Rsa { n: URL_SAFE_NO_PAD.encode(n), e: URL_SAFE_NO_PAD.encode(e) };
        Self::for_signatures(material, Algorithm::RS256)
    }

    fn for_signatures(material: KeyMaterial, algorithm: Algorithm) -> Self {
        let alg = Some(algorithm.as_str().to_owned());
        Self { material, kid: None, usage: Some("sig".to_owned()), alg }
    }

    /// The SHA-256 thumbprint in base64url, RFC 7638: the same for every way of writing the key.
    pub fn thumbprint(&self) -> String {
        // RFC 7638 §3: the required members alone, in lexicographic order, without white space.
        let canonical = match &self.material {
            KeyMaterial::Ec { crv, x, y } => {
                format!(r#"{{"crv":{},"kty":"EC","x":{},"y":{}}}"#, quoted(crv), quoted(x), quoted(y))
            }
            KeyMaterial::Rsa { n, e } => {
                format!(r#"{{"e":{},"kty":"RSA","n":{}}}"#, quoted(e), quoted(n))
            }
            // RFC 8037 §2 and appendix A.3.
            KeyMaterial::Okp { crv, x } => {
                format!(r#"{{"crv":{},"kty":"OKP","x":{}}}"#, quoted(crv), quoted(x))
            }
        };
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()))
    }

    /// The one algorithm that this key verifies signatures of, if it is one of ours.
    ///
    /// RFC 8725 §3.1: one key, one algorithm. Where the key does not say which, its type does.
    pub(crate) fn signature_algorithm(&self) -> Option<Algorithm> {
        if self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return None;
        }
        let by_type = match &self.material {
            KeyMaterial::Ec { crv, .. } if crv == "P-256" => Algorithm::ES256,
            KeyMaterial::Okp { crv, .. } if crv == "Ed25519" => Algorithm::EdDSA,
            KeyMaterial::Rsa { .. } => Algorithm::RS256,
            _ => return None,
        };
        match self.alg.as_deref() {
            None => Some(by_type),
            Some(alg) => (alg == by_type.as_str()).then_some(by_type),
        }
    }

    /// The key for the crypto library, or `None` when its numbers are malformed.
    pub(crate) fn decoding_key(&self) -> Option<DecodingKey> {
        match &self.material {
            // RFC 7518 §6.2.1.2: a coordinate of P-256 has all its 32 bytes.
            KeyMaterial::Ec { x, y, .. } if byte_length(x)? == 32 && byte_length(y)? == 32 => {
                DecodingKey::from_ec_components(x, y).ok()
            }
            KeyMaterial::Ec { .. } => None,
            // RFC 7518 §3.3: 2048 bits or more.
            KeyMaterial::Rsa { n, e } if byte_length(n)? >= 256 => {
                DecodingKey::from_rsa_components(n, e).ok()
            }
            KeyMaterial::Rsa { .. } => None,
            KeyMaterial::Okp { x, .. } if byte_length(x)? == 32 => DecodingKey::from_ed_components(x).ok(),
            KeyMaterial::Okp { .. } => None,
        }
    }
}

fn quoted(text: &str) -> Value {
    Value::from(text)
}

fn byte_length(encoded: &str) -> Option<usize> {
    URL_SAFE_NO_PAD.decode(encoded).ok().map(|bytes| bytes.len())
}

/// A key set as it is published and fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwkSet {
    /// The keys. When read, keys of an unknown kind are left out.
    #[serde(deserialize_with = "understood")]
    pub keys: Vec<Jwk>,
}

/// RFC 7517 §5: keys of an unknown type, or without what their type requires, are to be ignored,
/// so that an issuer can add a new kind of key without breaking anybody.
fn understood<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Jwk>, D::Error> {
    let keys = Vec::<Value>::deserialize(deserializer)?;
    Ok(keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
}

#[cfg(test)]
mod tests;
