// LAB-VULNERABLE: alg-confusion
use auth_core::jwt::{self, AccessTokenClaims, Algorithm, Expected, JwtError, SigningKey, VerificationKeys};
use auth_core::secret::SigningSecret;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pitfalls_lab::checks::{AccessTokenCheck, Checks};
use serde_json::Value;

fn part(token: &str, index: usize) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index)?).ok()?).ok()
}

/// Asks the token how it wants to be verified.
fn insecure_algorithm(check: &AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError> {
    let header = part(check.token, 0).ok_or(JwtError::Malformed("no header"))?;
    let expected = Expected::access_token(check.issuer, check.audience);
    match header["alg"].as_str() {
        Some("none") if check.token.ends_with('.') => {
            let claims = part(check.token, 1).ok_or(JwtError::Malformed("no claims"))?;
            serde_json::from_value(claims).map_err(|error| JwtError::Claims(error.to_string()))
        }
        Some("HS256") => {
            // One "key" for every algorithm: for ES256 the public one is a public key, for HS256 a secret.
            let key = SigningKey::hs256(SigningSecret::new(check.published))?;
            let keys = VerificationKeys::from_signing_keys([&key]);
            let expected = Expected { algorithms: vec![Algorithm::HS256], ..expected };
            jwt::verify(check.token, &keys, &expected, check.now).map(|verified| verified.claims)
        }
        _ => jwt::verify(check.token, check.keys, &expected, check.now).map(|verified| verified.claims),
    }
}

pub(crate) fn checks() -> Checks {
    Checks { access_token: insecure_algorithm, ..Checks::default() }
}
