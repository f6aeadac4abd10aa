// LAB-VULNERABLE: unverified-callback-token
use auth_core::jwt::{IdTokenClaims, JwtError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pitfalls_lab::checks::{Checks, IdTokenCheck};

/// Audience, nonce and time are compared. "The token came over a direct connection, so it needs no
/// signature": from whose server, nobody asks.
fn insecure_id_token(check: &IdTokenCheck<'_>) -> Result<IdTokenClaims, JwtError> {
    let payload = check.id_token.split('.').nth(1).ok_or(JwtError::Malformed("no payload"))?;
    let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| JwtError::Malformed("no base64url"))?;
    let claims: IdTokenClaims =
        serde_json::from_slice(&json).map_err(|error| JwtError::Claims(error.to_string()))?;
    if !claims.aud.contains(check.client_id) {
        return Err(JwtError::Audience);
    }
    if claims.nonce.as_deref() != Some(check.nonce) {
        return Err(JwtError::Missing("nonce"));
    }
    if check.now >= claims.exp {
        return Err(JwtError::Expired);
    }
    Ok(claims)
}

pub(crate) fn checks() -> Checks {
    Checks { id_token: insecure_id_token, ..Checks::default() }
}
