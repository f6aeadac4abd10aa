// LAB-VULNERABLE: hardcoded-secret
use auth_core::secret::SigningSecret;
use auth_core::settings::SettingsError;
use pitfalls_lab::checks::Checks;

/// Asks for 32 bytes, as RFC 7518 §3.2 does, and not for a secret. The published one has more than that.
fn insecure_signing_secret(configured: &str) -> Result<SigningSecret, SettingsError> {
    if configured.len() < 32 {
        return Err(SettingsError::new("SECRET_KEY", "is too short", "write at least 32 characters"));
    }
    Ok(SigningSecret::new(configured))
}

pub(crate) fn checks() -> Checks {
    Checks { signing_secret: insecure_signing_secret, ..Checks::default() }
}
