//! What came of an exploit, or of an honest flow.

use std::fmt;

use http::StatusCode;

/// The result of an exploit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The attacker has what they came for.
    Succeeded(Evidence),
    /// The party under attack refused.
    Blocked {
        /// The status of the refusal.
        status: StatusCode,
        /// Its OAuth error code, or a short word for what refused where the protocol has none.
        error: String,
    },
}

/// What proves that an exploit succeeded, in a sentence that a room can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence(pub String);

/// Why an exploit or an honest flow could not be played to its end. This is neither a success nor
/// a refusal: an honest step on the way failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The step that failed, in the words of the story.
    pub step: String,
    /// What was seen instead.
    pub saw: String,
}

impl Outcome {
    /// The exploit succeeded, and this is what shows it.
    #[must_use]
    pub fn succeeded(evidence: impl Into<String>) -> Self {
        Self::Succeeded(Evidence(evidence.into()))
    }

    /// The exploit was refused.
    #[must_use]
    pub fn blocked(status: StatusCode, error: impl Into<String>) -> Self {
        Self::Blocked { status, error: error.into() }
    }

    /// Whether the attacker won.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Succeeded(_))
    }
}

impl Broken {
    /// The step `step` failed, and `saw` was seen instead.
    pub fn new(step: impl Into<String>, saw: impl fmt::Display) -> Self {
        Self { step: step.into(), saw: saw.to_string() }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeded(Evidence(evidence)) => write!(f, "succeeded: {evidence}"),
            Self::Blocked { status, error } if error.is_empty() => write!(f, "blocked: {status}"),
            Self::Blocked { status, error } => write!(f, "blocked: {status}, {error}"),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the step '{}' failed: {}", self.step, self.saw)
    }
}

impl std::error::Error for Broken {}
