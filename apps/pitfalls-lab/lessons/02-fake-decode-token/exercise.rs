// Your repair of fake-decode-token. It is vulnerable as it stands (LAB-VULNERABLE: fake-decode-token).
// Edit it, then:  cargo run -p pitfalls-lab -- check fake-decode-token
use auth_core::jwt::{AccessTokenClaims, JwtError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pitfalls_lab::checks::{AccessTokenCheck, Checks};

/// Reads the middle part of the token. Anybody can write one.
fn insecure_decode(check: &AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError> {
    let payload = check.token.split('.').nth(1).ok_or(JwtError::Malformed("no payload"))?;
    let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| JwtError::Malformed("no base64url"))?;
    serde_json::from_slice(&json).map_err(|error| JwtError::Claims(error.to_string()))
}

pub(crate) fn checks() -> Checks {
    Checks { access_token: insecure_decode, ..Checks::default() }
}
