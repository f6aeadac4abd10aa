//! The score: which exploits were run and which lessons are solved, in a file that survives restarts.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::place;

/// How far a lesson is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// The exploit succeeded on the vulnerable twin.
    pub(crate) exploited: bool,
    /// The participant's repair passed `check`.
    pub(crate) solved: bool,
}

impl State {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self { solved: true, .. } => "solved",
            Self { exploited: true, .. } => "exploited",
            Self { .. } => "not begun",
        }
    }
}

/// The file.
#[derive(Clone, Debug)]
pub(crate) struct Score(PathBuf);

impl Score {
    /// Of whoever works here.
    pub(crate) fn of_this_place() -> Self {
        Self(place::score())
    }

    /// Where it is kept.
    pub(crate) fn file(&self) -> &Path {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn at(file: PathBuf) -> Self {
        Self(file)
    }

    /// Everything, by slug. A file that is missing or cannot be read counts as an empty one.
    pub(crate) fn all(&self) -> BTreeMap<String, State> {
        let text = std::fs::read_to_string(&self.0).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub(crate) fn of(&self, slug: &str) -> State {
        self.all().get(slug).copied().unwrap_or_default()
    }

    pub(crate) fn record(&self, slug: &str, change: impl FnOnce(&mut State)) -> io::Result<()> {
        let mut all = self.all();
        change(all.entry(slug.to_owned()).or_default());
        if let Some(folder) = self.0.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // Written beside and renamed, so that a full disk does not lose the score.
        let beside = self.0.with_extension("new");
        std::fs::write(&beside, serde_json::to_string_pretty(&all)?)?;
        std::fs::rename(beside, &self.0)
    }
}
