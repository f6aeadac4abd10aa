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
#[derive(Clone, Copy, Debug)]
pub(super) struct Desk {
    /// The twin that the page shows, and that the exploit runs against.
    pub(super) side: Side,
    /// How many hints are open.
    pub(super) hints: usize,
}

impl Default for Desk {
    fn default() -> Self {
        Self { side: Side::Vulnerable, hints: 0 }
    }
}

/// A lesson whose twins run.
pub(super) struct Active {
    pub(super) lesson: &'static Lesson,
    vulnerable: Running,
    hardened: Running,
    /// How long the reset took that the page has not told of yet.
    pub(super) reset_took: Option<Duration>,
}

/// A twin, and what came of the last exploit.
pub(super) struct Running {
    pub(super) twin: Twin,
    pub(super) outcome: Option<Result<Outcome, Broken>>,
}

impl Active {
    pub(super) const fn of(&self, side: Side) -> &Running {
        match side {
            Side::Vulnerable => &self.vulnerable,
            Side::Hardened => &self.hardened,
        }
    }

    /// Runs the exploit against one twin, from a fresh start.
    pub(super) async fn attack(&mut self, side: Side) -> Result<bool, StartError> {
        let exploit = self.lesson.exploit;
        self.reset_took = None;
        let running = match side {
            Side::Vulnerable => &mut self.vulnerable,
            Side::Hardened => &mut self.hardened,
        };
        running.twin.reset().await?;
        let outcome = exploit(running.twin.targets()).await;
        let succeeded = outcome.as_ref().is_ok_and(Outcome::is_success);
        running.outcome = Some(outcome);
        Ok(succeeded)
    }

    /// Both twins forget everything.
    pub(super) async fn reset(&mut self) -> Result<(), StartError> {
        let began = Instant::now();
        for running in [&mut self.vulnerable, &mut self.hardened] {
            running.twin.reset().await?;
            running.outcome = None;
        }
        self.reset_took = Some(began.elapsed());
        Ok(())
    }
}

impl Console {
    pub(super) fn desk(&self, lesson: &'static Lesson) -> Desk {
        lock(&self.desks).get(lesson.slug()).copied().unwrap_or_default()
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
        let open = match active.take().filter(|active| active.lesson.slug() == lesson.slug()) {
            Some(open) => open,
            // The old twins have let go of the ports.
            None => Active {
                lesson,
                vulnerable: start(lesson, Side::Vulnerable, self.port + 1, &self.engine).await?,
                hardened: start(lesson, Side::Hardened, self.port + 5, &self.engine).await?,
                reset_took: None,
            },
        };
        Ok(MutexGuard::map(active, |active| active.insert(open)))
    }
}

/// The ports of the lesson before may take a moment to become free.
async fn start(lesson: &Lesson, side: Side, port: u16, engine: &Engine) -> Result<Running, StartError> {
    let checks = side.of(lesson).checks;
    let mut started = Twin::start_on(checks(), Some(port)).await;
    for _ in 0..20 {
        if started.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        started = Twin::start_on(checks(), Some(port)).await;
    }
    Ok(Running { twin: started?.with_victims_in(engine.clone()), outcome: None })
}
