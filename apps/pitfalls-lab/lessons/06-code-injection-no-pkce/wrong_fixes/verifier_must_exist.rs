// LAB-VULNERABLE: code-injection-no-pkce
use auth_core::error::OAuthError;
use auth_core::pkce::CodeVerifier;
use pitfalls_lab::checks::{Checks, Pkce};

/// Wants a challenge at the beginning and a well-formed verifier at the end, and never compares the two.
struct InsecurePresence;

impl Pkce for InsecurePresence {
    fn challenge(
        &self,
        challenge: Option<&str>,
        _method: Option<&str>,
    ) -> Result<Option<String>, OAuthError> {
        let challenge = challenge.ok_or_else(|| OAuthError::invalid_request("code_challenge is missing"))?;
        Ok(Some(challenge.to_owned()))
    }

    fn verify(&self, stored: Option<&str>, verifier: Option<&str>) -> Result<(), OAuthError> {
        let well_formed = verifier.is_some_and(|verifier| CodeVerifier::parse(verifier).is_ok());
        if stored.is_some() && well_formed {
            return Ok(());
        }
        Err(OAuthError::invalid_grant("code_verifier is missing"))
    }
}

pub(crate) fn checks() -> Checks {
    Checks { pkce: &InsecurePresence, ..Checks::default() }
}
