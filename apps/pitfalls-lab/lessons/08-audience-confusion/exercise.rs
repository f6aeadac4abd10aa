// Your repair of audience-confusion. It is vulnerable as it stands (LAB-VULNERABLE: audience-confusion).
// Edit it, then:  cargo run -p pitfalls-lab -- check audience-confusion
use auth_core::jwt::{AccessTokenClaims, Audience, Expected, JwtError, verify};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pitfalls_lab::checks::{AccessTokenCheck, Checks};

/// The signature is right, the issuer is right, so the token is right. For whom it is, the token itself
/// is asked.
fn insecure_any_audience(check: &AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError> {
    let payload = check.token.split('.').nth(1).ok_or(JwtError::Malformed("no payload"))?;
    let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| JwtError::Malformed("no base64url"))?;
    let claims: AccessTokenClaims =
        serde_json::from_slice(&json).map_err(|error| JwtError::Claims(error.to_string()))?;
    let theirs: Audience = claims.aud;
    let audience = theirs.iter().next().unwrap_or_default();
    let expected = Expected::access_token(check.issuer, audience);
    verify(check.token, check.keys, &expected, check.now).map(|verified| verified.claims)
}

pub(crate) fn checks() -> Checks {
    Checks { access_token: insecure_any_audience, ..Checks::default() }
}
