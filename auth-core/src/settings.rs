//! Settings: read from the environment or from files, and refused when they would not be safe.
//!
//! # Example
//! ```
//! use auth_core::settings::{Issuer, refuse_weak_secret};
//!
//! assert!(Issuer::parse("http://as.example", true).is_err(), "http is for loopback only");
//! assert!(Issuer::parse("http://localhost:9000", true).is_ok());
//!
//! let refused = refuse_weak_secret("SECRET_KEY", "your-secret-key", 32).unwrap_err();
//! assert_eq!(
//!     refused.to_string(),
//!     "SECRET_KEY is the example of a published tutorial: make one with `openssl rand -hex 32`"
//! );
//! ```

mod secrets;
mod urls;

#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) use secrets::warn_if_others_may_read;
pub use secrets::{is_of_the_lab, parse_key_32, refuse_weak_secret, secret_from_env};
pub use urls::{HttpUrl, Issuer};

use std::borrow::Cow;

/// A setting that the app does not start with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {problem}: {remedy}")]
pub struct SettingsError {
    /// The name of the setting, as the operator wrote it.
    pub setting: String,
    /// What is wrong with it, as the rest of a sentence that begins with the name.
    pub problem: Cow<'static, str>,
    /// What to do.
    pub remedy: Cow<'static, str>,
}

impl SettingsError {
    /// `SETTING problem: remedy`. None of them may contain the setting's value if it is a secret.
    #[must_use]
    pub fn new(
        setting: &str,
        problem: impl Into<Cow<'static, str>>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { setting: setting.to_owned(), problem: problem.into(), remedy: remedy.into() }
    }
}
