//! The room's timer: a lesson's minutes, counting down. The console keeps it, so a reload or a second
//! screen shows the same; the script of the page only moves the number between two loads.

use std::sync::Arc;

use askama::Template;
use auth_core::clock::Timestamp;
use auth_core::headers::Csp;
use auth_core::params::Params;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderValue, header};

use super::named::Named;
use super::{Console, pages};
use crate::lesson::Lesson;
use crate::lock;
use crate::parties::see_other;

/// The script that counts, a file of the console: the policy forbids scripts inside pages.
pub(super) const SCRIPT: &str = include_str!("../../assets/timer.js");

/// The timer of one lesson, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// It stands, with so much left.
    Stopped(i64),
    /// It runs, until then.
    Running(Timestamp),
}

impl Timer {
    fn of(lesson: &Lesson) -> Self {
        Self::Stopped(i64::from(lesson.meta.minutes) * 60)
    }

    /// What is left; below zero when the time is over.
    fn left(self, now: Timestamp) -> i64 {
        match self {
            Self::Stopped(left) => left,
            Self::Running(end) => end.unix().saturating_sub(now.unix()),
        }
    }

    const fn is_running(self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// One that was used up begins anew.
    fn start(self, lesson: &Lesson, now: Timestamp) -> Self {
        match self {
            Self::Running(_) => self,
            Self::Stopped(left) => {
                let left = if left > 0 { left } else { Self::of(lesson).left(now) };
                Self::Running(Timestamp::from_unix(now.unix().saturating_add(left)))
            }
        }
    }
}

/// A part of a lesson, in seconds from its beginning.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Phase {
    pub(super) name: String,
    pub(super) minutes: u32,
    from: u32,
    to: u32,
}

/// The parts that facilitator.md names under *Timing*: "Story 3 min, repair 10 min, talk 7 min."
pub(super) fn phases(lesson: &Lesson) -> Vec<Phase> {
    let timing = lesson.facilitator.split_once("## Timing\n").map_or("", |(_, text)| text);
    let sentence = timing.split(['.', ':']).next().unwrap_or_default();
    let mut from = 0;
    let mut phases = Vec::new();
    for part in sentence.split(", ") {
        let Some((name, minutes)) = part.trim().strip_suffix(" min").and_then(|part| part.rsplit_once(' '))
        else {
            continue;
        };
        let Ok(minutes) = minutes.parse::<u32>() else { continue };
        let to = from + minutes * 60;
        phases.push(Phase { name: name.replace('\n', " "), minutes, from, to });
        from = to;
    }
    phases
}

#[derive(Template)]
#[template(path = "console/timer.html")]
struct TimerPage {
    lesson: &'static Lesson,
    phases: Vec<Phase>,
    total: i64,
    left: i64,
    running: bool,
    /// The page loads itself again, for a browser without scripts.
    reloads: bool,
}

impl TimerPage {
    /// What the page shows: minutes and seconds.
    fn clock(&self) -> String {
        let left = self.left.max(0);
        format!("{}:{:02}", left / 60, left % 60)
    }

    const fn is_over(&self) -> bool {
        self.left <= 0
    }

    fn is_now(&self, phase: &Phase) -> bool {
        let passed = self.total - self.left;
        (i64::from(phase.from)..i64::from(phase.to)).contains(&passed)
    }
}

pub(super) async fn show(
    State(console): State<Arc<Console>>,
    Named(lesson): Named,
    RawQuery(query): RawQuery,
) -> Response {
    let timer = lock(&console.timers).get(lesson.slug()).copied().unwrap_or_else(|| Timer::of(lesson));
    let reloads = query.is_some_and(|query| query == "reload");
    let main = TimerPage {
        lesson,
        phases: phases(lesson),
        total: i64::from(lesson.meta.minutes) * 60,
        left: timer.left(console.clock.now()),
        running: timer.is_running(),
        reloads,
    };
    let mut response = pages::page(&format!("Timer: {}", lesson.meta.title), &main);
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&Csp::strict().script_self().value()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if reloads {
        headers.insert(header::REFRESH, HeaderValue::from_static("5"));
    }
    response
}

/// Start, stop, or begin anew.
pub(super) async fn turn(State(console): State<Arc<Console>>, Named(lesson): Named, body: Bytes) -> Response {
    let form = Params::parse(&body).unwrap_or_default();
    let now = console.clock.now();
    {
        let mut timers = lock(&console.timers);
        let timer = timers.entry(lesson.slug()).or_insert_with(|| Timer::of(lesson));
        *timer = match form.get("do") {
            Some("start") => timer.start(lesson, now),
            Some("stop") => Timer::Stopped(timer.left(now)),
            _ => Timer::of(lesson),
        };
    }
    let query = if form.get("reload").is_some() { "?reload" } else { "" };
    see_other(&format!("/lessons/{}/timer{query}", lesson.slug()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::lessons;

    #[test]
    fn the_parts_of_every_lesson_add_up_to_its_minutes() {
        for lesson in lessons::all() {
            let phases = phases(lesson);
            let sum: u32 = phases.iter().map(|phase| phase.minutes).sum();
            assert!(phases.len() >= 3 && sum == lesson.meta.minutes, "{}: {phases:?}", lesson.folder);
        }
    }

    #[test]
    fn a_timer_counts_while_it_runs_and_stands_while_it_is_stopped() {
        let lesson = lessons::find("redirect-uri-prefix").unwrap();
        let at = Timestamp::from_unix;
        let timer = Timer::of(lesson);
        assert_eq!(timer.left(at(1_000)), 25 * 60);
        let timer = timer.start(lesson, at(1_000));
        assert_eq!(timer.start(lesson, at(1_030)), timer, "a second start changes nothing");
        assert_eq!(timer.left(at(1_060)), 24 * 60);
        let stopped = Timer::Stopped(timer.left(at(1_060)));
        assert_eq!(stopped.left(at(9_000)), 24 * 60);
        let again = stopped.start(lesson, at(9_000));
        assert_eq!(again.left(at(9_000 + 24 * 60 + 5)), -5, "it says by how much the time is over");
        assert_eq!(Timer::Stopped(-5).start(lesson, at(0)).left(at(0)), 25 * 60, "used up, it begins anew");
    }
}
