// LAB-VULNERABLE: fake-decode-token
use auth_core::jwt::{AccessTokenClaims, JwtError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pitfalls_lab::checks::{AccessTokenCheck, Checks};

/// Compares every claim, and takes each from the attacker: without a signature a claim is a wish.
fn insecure_decode(check: &AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError> {
    let payload = check.token.split('.').nth(1).ok_or(JwtError::Malformed("no payload"))?;
    let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| JwtError::Malformed("no base64url"))?;
    let claims: AccessTokenClaims =
        serde_json::from_slice(&json).map_err(|error| JwtError::Claims(error.to_string()))?;
    if claims.iss != check.issuer {
        return Err(JwtError::Issuer);
    }
    if !claims.aud.contains(check.audience) {
        return Err(JwtError::Audience);
    }
    if check.now >= claims.exp {
        return Err(JwtError::Expired);
    }
    Ok(claims)
}

pub(crate) fn checks() -> Checks {
    Checks { access_token: insecure_decode, ..Checks::default() }
}
