use auth_core::secret::SigningSecret;
use auth_core::settings::{SettingsError, refuse_weak_secret};
use pitfalls_lab::checks::Checks;

/// Refuses to start with a secret that is short, repetitive or published, and says how to make one.
fn signing_secret(configured: &str) -> Result<SigningSecret, SettingsError> {
    refuse_weak_secret("SECRET_KEY", configured, 32)?;
    Ok(SigningSecret::new(configured))
}

pub(crate) fn checks() -> Checks {
    Checks { signing_secret, ..Checks::default() }
}
