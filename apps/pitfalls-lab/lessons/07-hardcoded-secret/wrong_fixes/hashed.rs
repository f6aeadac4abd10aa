// LAB-VULNERABLE: hardcoded-secret
use auth_core::secret::{Digest, SigningSecret};
use auth_core::settings::SettingsError;
use pitfalls_lab::checks::Checks;

/// 64 hexadecimal digits look random. They are a function of what everybody knows.
fn insecure_signing_secret(configured: &str) -> Result<SigningSecret, SettingsError> {
    Ok(SigningSecret::new(Digest::of(configured.as_bytes()).to_hex()))
}

pub(crate) fn checks() -> Checks {
    Checks { signing_secret: insecure_signing_secret, ..Checks::default() }
}
