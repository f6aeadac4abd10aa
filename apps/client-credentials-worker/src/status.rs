//! What the worker has been doing, for a page or a probe to show.

use std::sync::{Arc, PoisonError, RwLock};

use auth_core::clock::Timestamp;

/// Shows what the worker has been doing. Cloning it shows the same worker.
#[derive(Clone, Debug, Default)]
pub struct Status {
    snapshot: Arc<RwLock<Snapshot>>,
}

/// What the worker had done at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// When the last round ended, good or bad.
    pub last_round: Option<Timestamp>,
    /// Why the last round failed; `None` after a good one. Holds no secret.
    pub last_error: Option<String>,
    /// How many reports have been made since the start.
    pub reports_made: u64,
}

impl Status {
    /// How things stand now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.snapshot.write().unwrap_or_else(PoisonError::into_inner));
    }
}
