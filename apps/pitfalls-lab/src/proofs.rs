//! The five proofs that a lesson owes, each over real TCP:
//!
//! 1. the exploit succeeds on the vulnerable twin;
//! 2. the hardened twin blocks it, with the status and error that `lesson.toml` declares;
//! 3. the honest flow works on both;
//! 4. every *other* lesson's exploit fails on this vulnerable twin (exceptions carry a reason);
//! 5. every wrong fix is still exploitable.

mod grade;
mod second;

use futures::{StreamExt, stream};

use crate::checks::Checks;
use crate::honest;
use crate::lesson::{Lesson, Variant};
use crate::lessons;
use crate::outcome::Outcome;
use crate::twin::Twin;

pub use grade::{Attack, Grade, grade};

/// One proof, and whether it holds.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The lesson.
    pub lesson: String,
    /// Which of the five, 1 to 5.
    pub number: u8,
    /// What is proven.
    pub claim: String,
    /// What was seen, or why it does not hold.
    pub seen: Result<String, String>,
}

/// Proves a lesson, all five.
pub async fn lesson(lesson: &'static Lesson) -> Vec<Proof> {
    let mut proofs = vec![
        proof(
            lesson,
            1,
            "the exploit succeeds on the vulnerable twin",
            exploitable(lesson, &lesson.vulnerable).await,
        ),
        proof(lesson, 2, "the hardened twin blocks it as declared", blocked_as_declared(lesson).await),
        proof(lesson, 3, "the honest flow works on the vulnerable twin", honest_on(&lesson.vulnerable).await),
        proof(lesson, 3, "the honest flow works on the hardened twin", honest_on(&lesson.hardened).await),
    ];
    proofs.extend(isolation(lesson).await);
    for fix in &lesson.wrong_fixes {
        let claim = format!("the wrong fix {} is still exploitable", fix.name);
        proofs.push(proof(lesson, 5, &claim, exploitable(lesson, fix).await));
        let claim = format!("the honest flow works with the wrong fix {}", fix.name);
        proofs.push(proof(lesson, 5, &claim, honest_on(fix).await));
    }
    proofs
}

/// Proves these lessons, several at a time, and tells of each as it is done.
pub async fn all(chosen: Vec<&'static Lesson>, mut tell: impl FnMut(&[Proof])) -> Vec<Proof> {
    let mut done = stream::iter(chosen).map(lesson).buffered(4);
    let mut proofs = Vec::new();
    while let Some(of_one) = done.next().await {
        tell(&of_one);
        proofs.extend(of_one);
    }
    proofs
}

fn proof(lesson: &Lesson, number: u8, claim: &str, seen: Result<String, String>) -> Proof {
    Proof { lesson: lesson.slug().to_owned(), number, claim: claim.to_owned(), seen }
}

async fn start(checks: fn() -> Checks) -> Result<Twin, String> {
    Twin::start(checks()).await.map_err(|error| error.to_string())
}

async fn outcome(lesson: &Lesson, variant: &Variant) -> Result<Outcome, String> {
    let twin = start(variant.checks).await?;
    (lesson.exploit)(twin.targets()).await.map_err(|broken| broken.to_string())
}

async fn exploitable(lesson: &Lesson, variant: &Variant) -> Result<String, String> {
    let outcome = outcome(lesson, variant).await?;
    if outcome.is_success() { Ok(outcome.to_string()) } else { Err(outcome.to_string()) }
}

async fn blocked_as_declared(lesson: &Lesson) -> Result<String, String> {
    let outcome = outcome(lesson, &lesson.hardened).await?;
    let declared = &lesson.meta.blocked;
    match &outcome {
        Outcome::Blocked { status, error }
            if status.as_u16() == declared.status && *error == declared.error =>
        {
            Ok(outcome.to_string())
        }
        _ => Err(format!("{outcome}; declared is {}, {}", declared.status, declared.error)),
    }
}

async fn honest_on(variant: &Variant) -> Result<String, String> {
    let twin = start(variant.checks).await?;
    honest::run(twin.targets())
        .await
        .map(|()| "every step works".to_owned())
        .map_err(|broken| broken.to_string())
}

/// One lesson is one missing check: what another lesson exploits is still checked here.
async fn isolation(lesson: &Lesson) -> Vec<Proof> {
    let twin = match start(lesson.vulnerable.checks).await {
        Ok(twin) => twin,
        Err(error) => return vec![proof(lesson, 4, "the vulnerable twin starts", Err(error))],
    };
    let mut proofs = Vec::new();
    for other in lessons::all().iter().filter(|other| other.slug() != lesson.slug()) {
        let _ = twin.reset().await;
        let succeeded = match (other.exploit)(twin.targets()).await {
            Ok(outcome) => outcome.is_success(),
            Err(_) => false,
        };
        let exception =
            lesson.meta.also_exploited_by.iter().find(|exception| exception.lesson == other.slug());
        let seen = match (succeeded, exception) {
            (false, None) => Ok("it fails".to_owned()),
            (true, Some(exception)) => Ok(format!("it succeeds, as declared: {}", exception.reason)),
            (true, None) => Err("it succeeds, and no exception says why".to_owned()),
            (false, Some(_)) => Err("it fails, but an exception says that it succeeds".to_owned()),
        };
        proofs.push(proof(lesson, 4, &format!("the exploit of {}", other.slug()), seen));
    }
    proofs
}
