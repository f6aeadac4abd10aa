//! Which browser a victim has.

use std::sync::Arc;

use super::Installed;

/// What plays a victim.
#[derive(Clone, Debug, Default)]
pub enum Engine {
    /// The driver of this crate. It is quick, and it has no script engine and no `SameSite`.
    #[default]
    Simulated,
    /// Chromium, without a window: one with a fresh profile for each victim.
    Chromium(Arc<Installed>),
}

impl Engine {
    /// Chromium, if this machine has it and its driver.
    ///
    /// # Errors
    /// What is missing.
    pub fn chromium() -> Result<Self, String> {
        Ok(Self::Chromium(Arc::new(Installed::find()?)))
    }

    /// Chromium where it is found, else the driver.
    #[must_use]
    pub fn best_of_this_machine() -> Self {
        Self::chromium().unwrap_or_default()
    }

    /// For a line that says who plays the victim.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Simulated => "the lab's own driver",
            Self::Chromium(_) => "Chromium",
        }
    }
}
