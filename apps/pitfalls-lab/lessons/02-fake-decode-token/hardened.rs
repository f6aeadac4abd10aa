use auth_core::jwt::{self, AccessTokenClaims, Expected, JwtError};
use pitfalls_lab::checks::{AccessTokenCheck, Checks};

/// Type, signature, issuer, audience and time: the list of RFC 9068 §4.
fn access_token(check: &AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError> {
    let expected = Expected::access_token(check.issuer, check.audience);
    jwt::verify(check.token, check.keys, &expected, check.now).map(|verified| verified.claims)
}

pub(crate) fn checks() -> Checks {
    Checks { access_token, ..Checks::default() }
}
