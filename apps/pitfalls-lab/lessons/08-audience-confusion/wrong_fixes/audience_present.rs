// LAB-VULNERABLE: audience-confusion
use auth_core::jwt::{AccessTokenClaims, Expected, JwtError, verify};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pitfalls_lab::checks::{AccessTokenCheck, Checks};

/// Requires an audience, and that it is a URL of this environment. The attacker's API is one, too.
fn insecure_some_audience(check: &AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError> {
    let payload = check.token.split('.').nth(1).ok_or(JwtError::Malformed("no payload"))?;
    let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| JwtError::Malformed("no base64url"))?;
    let claims: AccessTokenClaims =
        serde_json::from_slice(&json).map_err(|error| JwtError::Claims(error.to_string()))?;
    let ours = |audience: &&str| audience.starts_with("http://") && audience.contains(".localhost");
    let audience = claims.aud.iter().find(ours).ok_or(JwtError::Audience)?;
    let expected = Expected::access_token(check.issuer, audience);
    verify(check.token, check.keys, &expected, check.now).map(|verified| verified.claims)
}

pub(crate) fn checks() -> Checks {
    Checks { access_token: insecure_some_audience, ..Checks::default() }
}
