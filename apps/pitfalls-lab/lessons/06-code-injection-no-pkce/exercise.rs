// Your repair of code-injection-no-pkce. It is vulnerable as it stands (LAB-VULNERABLE: code-injection-no-pkce).
// Edit it, then:  cargo run -p pitfalls-lab -- check code-injection-no-pkce
use auth_core::error::OAuthError;
use pitfalls_lab::checks::{Checks, Pkce};

/// A server that has never heard of PKCE: it ignores what it does not know.
struct InsecureNoPkce;

impl Pkce for InsecureNoPkce {
    fn challenge(
        &self,
        _challenge: Option<&str>,
        _method: Option<&str>,
    ) -> Result<Option<String>, OAuthError> {
        Ok(None)
    }

    fn verify(&self, _stored: Option<&str>, _verifier: Option<&str>) -> Result<(), OAuthError> {
        Ok(())
    }
}

pub(crate) fn checks() -> Checks {
    Checks { pkce: &InsecureNoPkce, ..Checks::default() }
}
