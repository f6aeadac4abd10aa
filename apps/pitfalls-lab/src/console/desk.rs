//! What the console remembers while it runs: the lesson whose twins are up, and how each was left.

use std::time::{Duration, Instant};

use auth_core::server::StartError;
use tokio::sync::{MappedMutexGuard, MutexGuard};

use super::Console;
use crate::browser::Engine;
use crate::cli::Side;
use crate::lesson::Lesson;
use crate::lock;
use crate::outcome::{Broken, Outcome};
use crate::twin::Twin;

/// How the participant left a lesson's page.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    /// The twin that the page shows, and that the exploit runs against.
    pub(super) side: Side,
    /// How many hints are open.
    pub(super) hints: usize,
    /// What came of the last exploit against each twin.
    vulnerable: Option<Ended>,
    hardened: Option<Ended>,
}

/// How an exploit ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) outcome: Result<Outcome, Broken>,
    /// The lesson that was opened since: its twins took the place of these, so the messages are gone.
    pub(super) closed_by: Option<&'static Lesson>,
}

impl Default for Desk {
    fn default() -> Self {
        Self { side: Side::Vulnerable, hints: 0, vulnerable: None, hardened: None }
    }
}

impl Desk {
    pub(super) const fn ended(&self, side: Side) -> Option<&Ended> {
        match side {
            Side::Vulnerable => self.vulnerable.as_ref(),
            Side::Hardened => self.hardened.as_ref(),
        }
    }

    pub(super) fn remember(&mut self, side: Side, outcome: Option<Result<Outcome, Broken>>) {
        let ended = outcome.map(|outcome| Ended { outcome, closed_by: None });
        match side {
            Side::Vulnerable => self.vulnerable = ended,
            Side::Hardened => self.hardened = ended,
        }
    }

    /// Another lesson has taken the ports.
    fn close(&mut self, for_lesson: &'static Lesson) {
        for ended in [&mut self.vulnerable, &mut self.hardened].into_iter().flatten() {
            ended.closed_by.get_or_insert(for_lesson);
        }
    }
}

/// A lesson whose twins run.
pub(super) struct Active {
    pub(super) lesson: &'static Lesson,
    vulnerable: Twin,
    hardened: Twin,
    /// The reset that the page has not told of yet.
    pub(super) was_reset: Option<WasReset>,
}

/// A reset.
#[derive(Clone, Copy, Debug)]
pub(super) struct WasReset {
    pub(super) took: Duration,
    /// Whether it stopped an exploit.
    pub(super) stopped_a_run: bool,
}

impl Active {
    pub(super) const fn of(&self, side: Side) -> &Twin {
        match side {
            Side::Vulnerable => &self.vulnerable,
            Side::Hardened => &self.hardened,
        }
    }

    /// Runs the exploit against one twin, from a fresh start.
    pub(super) async fn attack(&mut self, side: Side) -> Result<Result<Outcome, Broken>, StartError> {
        self.was_reset = None;
        let twin = self.of(side);
        twin.reset().await?;
        let outcome = (self.lesson.exploit)(twin.targets()).await;
        twin.exploit_ended();
        Ok(outcome)
    }

    /// Both twins forget everything.
    pub(super) async fn reset(&mut self, stopped_a_run: bool) -> Result<(), StartError> {
        let began = Instant::now();
        self.vulnerable.reset().await?;
        self.hardened.reset().await?;
        self.was_reset = Some(WasReset { took: began.elapsed(), stopped_a_run });
        Ok(())
    }
}

impl Console {
    pub(super) fn desk(&self, lesson: &'static Lesson) -> Desk {
        lock(&self.desks).get(lesson.slug()).cloned().unwrap_or_default()
    }

    pub(super) fn change_desk(&self, lesson: &'static Lesson, change: impl FnOnce(&mut Desk)) {
        change(lock(&self.desks).entry(lesson.slug()).or_default());
    }

    /// The twins of a lesson, started on the ports after the console's unless they run already. No other lesson is
    /// opened while the caller holds them.
    pub(super) async fn open(
        &self,
        lesson: &'static Lesson,
    ) -> Result<MappedMutexGuard<'_, Active>, StartError> {
        let mut active = self.active.lock().await;
        let before = active.take();
        if let Some(before) = before.as_ref().filter(|before| before.lesson.slug() != lesson.slug()) {
            self.change_desk(before.lesson, |desk| desk.close(lesson));
        }
        let open = match before.filter(|before| before.lesson.slug() == lesson.slug()) {
            Some(open) => open,
            // The old twins have let go of the ports.
            None => Active {
                lesson,
                vulnerable: start(lesson, Side::Vulnerable, self.port + 1, &self.engine).await?,
                hardened: start(lesson, Side::Hardened, self.port + 5, &self.engine).await?,
                was_reset: None,
            },
        };
        Ok(MutexGuard::map(active, |active| active.insert(open)))
    }
}

/// The ports of the lesson before may take a moment to become free.
async fn start(lesson: &Lesson, side: Side, port: u16, engine: &Engine) -> Result<Twin, StartError> {
    let checks = side.of(lesson).checks;
    let mut started = Twin::start_on(checks(), Some(port)).await;
    for _ in 0..20 {
        if started.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        started = Twin::start_on(checks(), Some(port)).await;
    }
    Ok(started?.with_victims_in(engine.clone()))
}
