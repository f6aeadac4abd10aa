// Your repair of unverified-callback-token. It is vulnerable as it stands (LAB-VULNERABLE: unverified-callback-token).
// Edit it, then:  cargo run -p pitfalls-lab -- check unverified-callback-token
use auth_core::jwt::{IdTokenClaims, JwtError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pitfalls_lab::checks::{Checks, IdTokenCheck};

/// `jwt.decode(token, options={"verify_signature": False})`, in Rust.
fn insecure_id_token(check: &IdTokenCheck<'_>) -> Result<IdTokenClaims, JwtError> {
    let payload = check.id_token.split('.').nth(1).ok_or(JwtError::Malformed("no payload"))?;
    let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| JwtError::Malformed("no base64url"))?;
    serde_json::from_slice(&json).map_err(|error| JwtError::Claims(error.to_string()))
}

pub(crate) fn checks() -> Checks {
    Checks { id_token: insecure_id_token, ..Checks::default() }
}
