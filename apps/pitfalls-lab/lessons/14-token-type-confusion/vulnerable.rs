// LAB-VULNERABLE: token-type-confusion
use auth_core::jwt::{self, AccessTokenClaims, Expected, IdTokenClaims, JwtError};
use pitfalls_lab::checks::{AccessTokenCheck, Checks};

/// An ID token is signed by the same server and says who the user is. What more could one want?
fn insecure_either_kind(check: &AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError> {
    let expected = Expected::access_token(check.issuer, check.audience);
    if let Ok(verified) = jwt::verify(check.token, check.keys, &expected, check.now) {
        return Ok(verified.claims);
    }
    let expected = Expected::id_token(check.issuer, check.own_client);
    let id: IdTokenClaims = jwt::verify(check.token, check.keys, &expected, check.now)?.claims;
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
