//! The exploit that runs at the moment, so that a reset need not wait for its end.

use tokio_util::sync::CancellationToken;

use super::Console;
use crate::lesson::Lesson;
use crate::lock;

/// A run that others can stop.
pub(super) struct Run<'a> {
    console: &'a Console,
    stop: CancellationToken,
}

impl Console {
    /// Registers a run. The caller holds the twins, so there is no other.
    pub(super) fn begin_run(&self, lesson: &'static Lesson) -> Run<'_> {
        let stop = CancellationToken::new();
        *lock(&self.run) = Some((lesson.slug(), stop.clone()));
        Run { console: self, stop }
    }

    /// Stops the run of this lesson's exploit, and says whether there was one.
    pub(super) fn stop_run(&self, lesson: &Lesson) -> bool {
        let run = lock(&self.run);
        let of_lesson = run.as_ref().filter(|(slug, _)| *slug == lesson.slug());
        of_lesson.inspect(|(_, stop)| stop.cancel()).is_some()
    }
}

impl Run<'_> {
    pub(super) async fn stopped(&self) {
        self.stop.cancelled().await;
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        *lock(&self.console.run) = None;
    }
}
