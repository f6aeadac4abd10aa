//! Tokens read with a library that the server does not use for issuing them: `jsonwebtoken`, against
//! the keys that the server publishes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{http::Reply, server::TestServer};

/// A token's header and claims, its signature not looked at.
pub fn peek(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| {
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap_or_default()).unwrap_or_default()
    });
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// The same token with one claim changed and the old signature.
pub fn tampered(token: &str, claim: &str, value: Value) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let (_, mut claims) = peek(token);
    claims[claim] = value;
    parts[1] = URL_SAFE_NO_PAD.encode(claims.to_string());
    parts.join(".")
}

/// An unsecured token (RFC 7519 §6) with these claims.
pub fn unsecured(claims: &Value, typ: &str) -> String {
    let header = serde_json::json!({ "alg": "none", "typ": typ });
    format!("{}.{}.", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// OpenID Connect Core §3.1.3.6: the left half of the hash that the algorithm names.
pub fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token.as_bytes())[..16])
}

impl TestServer {
    pub async fn jwks(&self) -> JwkSet {
        let reply = self.get("/.well-known/jwks.json").await.expect(200);
        serde_json::from_str(&reply.body).unwrap()
    }

    /// The claims of a token whose signature a key of the published set made, with the algorithm that
    /// this set binds the key to.
    pub async fn verified(&self, token: &str) -> Value {
        self.try_verify(token).await.unwrap_or_else(|why| panic!("{why}: {token}"))
    }

    pub async fn try_verify(&self, token: &str) -> Result<Value, String> {
        let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
        let kid = header.kid.ok_or("the token names no key")?;
        let jwks = self.jwks().await;
        let jwk = jwks.find(&kid).ok_or("the token's key is not published")?;
        let algorithm = jwk.common.key_algorithm.map(|algorithm| algorithm.to_string());
        if algorithm.as_deref() != Some(&format!("{:?}", header.alg)) {
            return Err(format!("the key is for {algorithm:?}, the token says {:?}", header.alg));
        }
        let mut validation = Validation::new(header.alg);
        // The clock of a test stands elsewhere: expiry is asserted on the claims.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let key = DecodingKey::from_jwk(jwk).map_err(|error| error.to_string())?;
        jsonwebtoken::decode::<Value>(token, &key, &validation)
            .map(|data| data.claims)
            .map_err(|error| error.to_string())
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::read(self.http.get(self.url(path)).send().await.unwrap()).await
    }
}

/// Signs a token the way an attacker with a key of their own would.
pub fn sign_hs256(header_kid: Option<&str>, typ: &str, claims: &Value, secret: &[u8]) -> String {
    let mut header = jsonwebtoken::Header::new(Algorithm::HS256);
    header.typ = Some(typ.to_owned());
    header.kid = header_kid.map(str::to_owned);
    jsonwebtoken::encode(&header, claims, &jsonwebtoken::EncodingKey::from_secret(secret)).unwrap()
}
