//! The score: which exploits were run and which lessons are solved, in a file that survives restarts.

use std::collections::BTreeMap;
use std::fs::File;
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

    /// Everything, by slug. A file that is missing or cannot be read is shown as an empty one.
    pub(crate) fn all(&self) -> BTreeMap<String, State> {
        self.read().unwrap_or_default()
    }

    /// Why the file that is there cannot be read, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        self.read().err().map(|error| error.to_string())
    }

    fn read(&self) -> io::Result<BTreeMap<String, State>> {
        match std::fs::read_to_string(&self.0) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn of(&self, slug: &str) -> State {
        self.all().get(slug).copied().unwrap_or_default()
    }

    /// Writes what has changed in one lesson, whoever else writes at the same time. What cannot be read is an
    /// error, and is not written over.
    pub(crate) fn record(&self, slug: &str, change: impl FnOnce(&mut State)) -> io::Result<()> {
        if let Some(folder) = self.0.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // The console and `check` are two processes. The lock ends with the file, which closes at the end.
        let lock = File::create(self.0.with_extension("lock"))?;
        lock.lock()?;
        let mut all = self.read()?;
        change(all.entry(slug.to_owned()).or_default());
        // Written beside and renamed, so that a full disk does not lose the score.
        let beside = self.0.with_extension("new");
        std::fs::write(&beside, serde_json::to_string_pretty(&all)?)?;
        std::fs::rename(beside, &self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn of_twenty_that_write_at_once_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let score = Score::at(folder.path().join("score.json"));
        std::thread::scope(|scope| {
            for number in 0..20 {
                let score = &score;
                scope.spawn(move || score.record(&format!("lesson-{number}"), |state| state.solved = true));
            }
        });
        assert_eq!(score.all().values().filter(|state| state.solved).count(), 20);
    }

    #[test]
    fn a_file_that_is_no_score_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("score.json");
        std::fs::write(&file, "{ half").unwrap();
        let score = Score::at(file.clone());
        assert!(score.all().is_empty() && score.problem().is_some());
        assert!(score.record("hardcoded-secret", |state| state.solved = true).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "{ half");
    }
}
