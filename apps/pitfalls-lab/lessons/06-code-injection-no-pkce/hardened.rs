use auth_core::error::OAuthError;
use auth_core::pkce::{CodeChallenge, CodeVerifier, require_s256};
use pitfalls_lab::checks::{Checks, Pkce};

/// A challenge is required, S256 is the only method, and the verifier must fit.
struct S256;

impl Pkce for S256 {
    fn challenge(&self, challenge: Option<&str>, method: Option<&str>) -> Result<Option<String>, OAuthError> {
        require_s256(method).map_err(|error| OAuthError::invalid_request(error.to_string()))?;
        let challenge = CodeChallenge::parse_s256(challenge.unwrap_or_default())
            .map_err(|error| OAuthError::invalid_request(error.to_string()))?;
        Ok(Some(challenge.as_str().to_owned()))
    }

    fn verify(&self, stored: Option<&str>, verifier: Option<&str>) -> Result<(), OAuthError> {
        let stored = stored.and_then(|text| CodeChallenge::parse_s256(text).ok());
        let verifier = verifier.and_then(|text| CodeVerifier::parse(text).ok());
        match (stored, verifier) {
            (Some(challenge), Some(verifier)) if challenge.verify(&verifier) => Ok(()),
            _ => Err(OAuthError::invalid_grant("the code_verifier is not the one of this code")),
        }
    }
}

pub(crate) fn checks() -> Checks {
    Checks { pkce: &S256, ..Checks::default() }
}
