// Your repair of hardcoded-secret. It is vulnerable as it stands (LAB-VULNERABLE: hardcoded-secret).
// Edit it, then:  cargo run -p pitfalls-lab -- check hardcoded-secret
use auth_core::secret::SigningSecret;
use auth_core::settings::SettingsError;
use pitfalls_lab::checks::Checks;

/// Takes whatever stands in the settings file, which is what stood in the article.
fn insecure_signing_secret(configured: &str) -> Result<SigningSecret, SettingsError> {
    Ok(SigningSecret::new(configured))
}

pub(crate) fn checks() -> Checks {
    Checks { signing_secret: insecure_signing_secret, ..Checks::default() }
}
