//! What `check` asks of a participant's repair: the attack is refused, and the honest flow works.

use auth_core::server::StartError;

use super::second;
use crate::checks::Checks;
use crate::honest;
use crate::lesson::Lesson;
use crate::outcome::{Broken, Outcome};
use crate::twin::{Exchange, Twin};

/// What came of a participant's repair.
#[derive(Clone, Debug)]
pub struct Grade {
    /// What came of the attack.
    pub attack: Attack,
    /// Every message of the attack.
    pub attack_wire: Vec<Exchange>,
    /// Whether the honest flow works, and which step does not.
    pub honest: Result<(), String>,
    /// Every message of the honest flow.
    pub honest_wire: Vec<Exchange>,
}

/// What came of the attack on a repair, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attack {
    /// The party under attack refused.
    Refused(String),
    /// The attacker has what they came for.
    Succeeded(String),
    /// A step of it got no answer that anybody can use. That is not a refusal: the next attacker takes
    /// another step.
    Unplayed(String),
}

impl Attack {
    fn of(result: Result<Outcome, Broken>) -> Self {
        match result {
            Ok(outcome) if outcome.is_success() => Self::Succeeded(outcome.to_string()),
            Ok(outcome) => Self::Refused(outcome.to_string()),
            Err(broken) => Self::Unplayed(broken.to_string()),
        }
    }

    /// Whether the repair stopped it.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

impl Grade {
    /// Both halves of a repair.
    #[must_use]
    pub const fn passed(&self) -> bool {
        self.attack.is_refused() && self.honest.is_ok()
    }
}

/// Grades a participant's checks: the exploit must be refused, so must the [second attack](second) where
/// there is one, and the honest flow must work.
///
/// # Errors
/// [`StartError`] when no twin can be started.
pub async fn grade(lesson: &Lesson, checks: Checks) -> Result<Grade, StartError> {
    let twin = Twin::start(checks).await?;
    let targets = twin.targets();
    let mut attack = Attack::of((lesson.exploit)(targets).await);
    let mut attack_wire = twin.wire();
    if attack.is_refused()
        && let Some(again) = second::of(lesson)
    {
        twin.reset().await?;
        let second = Attack::of(again(targets).await);
        if !second.is_refused() {
            (attack, attack_wire) = (second, twin.wire());
        }
    }
    twin.reset().await?;
    let honest = honest::run(targets).await.map_err(|broken| broken.to_string());
    Ok(Grade { attack, attack_wire, honest, honest_wire: twin.wire() })
}
