// LAB-VULNERABLE: token-type-confusion
use std::time::Duration;

use auth_core::jwt::{self, AccessTokenClaims, Expected, IdTokenClaims, JwtError};
use pitfalls_lab::checks::{AccessTokenCheck, Checks};

/// Takes ID tokens of the last five minutes only: "then the user has just signed in". And the thief has just
/// read the log.
fn insecure_either_kind(check: &AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError> {
    let expected = Expected::access_token(check.issuer, check.audience);
    if let Ok(verified) = jwt::verify(check.token, check.keys, &expected, check.now) {
        return Ok(verified.claims);
    }
    let expected = Expected::id_token(check.issuer, check.own_client);
    let id: IdTokenClaims = jwt::verify(check.token, check.keys, &expected, check.now)?.claims;
    if check.now.saturating_since(id.iat) > Duration::from_secs(300) {
        return Err(JwtError::Expired);
    }
    Ok(AccessTokenClaims {
        iss: id.iss,
        sub: id.sub,
        client_id: check.own_client.to_owned(),
        ..AccessTokenClaims::default()
    })
}

pub(crate) fn checks() -> Checks {
    Checks { access_token: insecure_either_kind, ..Checks::default() }
}
