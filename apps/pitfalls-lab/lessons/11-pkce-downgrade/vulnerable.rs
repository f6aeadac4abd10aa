// LAB-VULNERABLE: pkce-downgrade
use auth_core::error::OAuthError;
use auth_core::pkce::{CodeChallenge, CodeVerifier};
use pitfalls_lab::checks::{Checks, Pkce};

/// RFC 7636 knows `plain`, and makes it the default of an omitted method. So it is offered.
struct InsecureDowngrade;

impl Pkce for InsecureDowngrade {
    fn challenge(&self, challenge: Option<&str>, method: Option<&str>) -> Result<Option<String>, OAuthError> {
        let challenge = challenge.ok_or_else(|| OAuthError::invalid_request("code_challenge is missing"))?;
        match method {
            Some("S256") => Ok(Some(format!("S256 {challenge}"))),
            Some("plain") | None => Ok(Some(format!("plain {challenge}"))),
            _ => Err(OAuthError::invalid_request("code_challenge_method must be S256")),
        }
    }

    fn verify(&self, stored: Option<&str>, verifier: Option<&str>) -> Result<(), OAuthError> {
        let verifier = verifier.and_then(|text| CodeVerifier::parse(text).ok());
        let fits = match (stored.and_then(|stored| stored.split_once(' ')), verifier) {
            (Some(("S256", challenge)), Some(verifier)) => {
                CodeChallenge::parse_s256(challenge).is_ok_and(|challenge| challenge.verify(&verifier))
            }
            (Some(("plain", challenge)), Some(verifier)) => challenge == verifier.secret(),
            _ => false,
        };
        fits.then_some(()).ok_or_else(|| OAuthError::invalid_grant("the code_verifier does not fit"))
    }
}

pub(crate) fn checks() -> Checks {
    Checks { pkce: &InsecureDowngrade, ..Checks::default() }
}
