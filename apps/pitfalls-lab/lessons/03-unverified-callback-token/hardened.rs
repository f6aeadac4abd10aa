use auth_core::jwt::{self, Expected, IdTokenClaims, JwtError};
use auth_core::secret::Nonce;
use pitfalls_lab::checks::{Checks, IdTokenCheck};

/// Signed by the provider that was asked, for this client, for this login.
fn id_token(check: &IdTokenCheck<'_>) -> Result<IdTokenClaims, JwtError> {
    let expected = Expected::id_token(check.issuer, check.client_id);
    let claims: IdTokenClaims = jwt::verify(check.id_token, check.keys, &expected, check.now)?.claims;
    match &claims.nonce {
        Some(nonce) if Nonce::new(nonce.clone()).matches(&Nonce::new(check.nonce)) => Ok(claims),
        _ => Err(JwtError::Missing("nonce")),
    }
}

pub(crate) fn checks() -> Checks {
    Checks { id_token, ..Checks::default() }
}
