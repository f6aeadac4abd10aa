//! A lesson's page, and what its buttons do.

use std::sync::Arc;

use askama::Template;
use auth_core::params::Params;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use super::named::Named;
use super::wire_view::{Message, messages};
use super::{Console, markdown, pages};
use crate::cli::Side;
use crate::lesson::Lesson;
use crate::lessons;
use crate::outcome::{Broken, Outcome};
use crate::parties::{Urls, problem, see_other};

#[derive(Template)]
#[template(path = "console/lesson.html")]
struct LessonPage<'a> {
    lesson: &'static Lesson,
    state: &'static str,
    story: Story,
    side: &'static str,
    other: &'static str,
    urls: &'a Urls,
    results: Vec<(&'static str, Shown)>,
    reset_took: Option<u128>,
    /// The sites whose pages Chromium showed to the victim, in order.
    screens: Vec<String>,
    wire: Vec<Message>,
    hints: Vec<String>,
    more_hints: Option<usize>,
    before: Vec<&'static Lesson>,
    previous: Option<&'static Lesson>,
    next: Option<&'static Lesson>,
}

/// README.md in three parts, rendered.
struct Story {
    /// What happened, up to the first heading.
    opening: String,
    /// From *See it* to the quiz's questions.
    rest: String,
    /// The quiz's answers, to be shown on request.
    answers: String,
}

/// What came of an exploit, for the page.
enum Shown {
    NotRun,
    Succeeded(String),
    Blocked(String),
    Broken(String),
}

impl Shown {
    fn of(outcome: Option<&Result<Outcome, Broken>>) -> Self {
        match outcome {
            None => Self::NotRun,
            Some(Ok(outcome)) if outcome.is_success() => Self::Succeeded(outcome.to_string()),
            Some(Ok(outcome)) => Self::Blocked(outcome.to_string()),
            Some(Err(broken)) => Self::Broken(broken.to_string()),
        }
    }
}

impl Story {
    fn of(lesson: &Lesson, port: u16) -> Self {
        // The title is the page's.
        let text = lesson.readme.split_once('\n').map_or("", |(_, text)| text);
        let (opening, rest) = text.split_at(text.find("\n## ").unwrap_or(text.len()));
        let (rest, answers) = rest.split_at(rest.find("\n*Answers:").unwrap_or(rest.len()));
        Self {
            opening: markdown::html(opening, port),
            rest: markdown::html(rest, port),
            answers: markdown::html(answers, port),
        }
    }
}

fn failed(what: &str, error: &impl std::fmt::Display) -> Response {
    problem(StatusCode::INTERNAL_SERVER_ERROR, what, &error.to_string())
}

pub(super) async fn show(State(console): State<Arc<Console>>, Named(lesson): Named) -> Response {
    let mut active = match console.open(lesson).await {
        Ok(active) => active,
        Err(error) => return failed("start", &error),
    };
    let desk = console.desk(lesson);
    let reset_took = active.reset_took.take();
    let running = active.of(desk.side);
    let hints = lesson.hints();
    let render = |hint: &&str| markdown::html(&format!("## {hint}"), console.port);
    let position = lessons::all().iter().position(|other| other.slug() == lesson.slug()).unwrap_or_default();
    let main = LessonPage {
        lesson,
        state: console.score.of(lesson.slug()).as_str(),
        story: Story::of(lesson, console.port),
        side: desk.side.as_str(),
        other: other(desk.side).as_str(),
        urls: running.twin.targets().urls(),
        results: Side::BOTH
            .into_iter()
            .map(|side| (side.as_str(), Shown::of(active.of(side).outcome.as_ref())))
            .collect(),
        reset_took: reset_took.map(|took| took.as_millis()),
        screens: running.twin.screens().into_iter().map(|screen| screen.site).collect(),
        wire: messages(lesson, &running.twin),
        hints: hints.iter().take(desk.hints).map(render).collect(),
        more_hints: (desk.hints < hints.len()).then_some(desk.hints + 1),
        before: lesson.meta.prerequisites.iter().filter_map(|slug| lessons::find(slug)).collect(),
        previous: position.checked_sub(1).and_then(|index| lessons::all().get(index)),
        next: lessons::all().get(position + 1),
    };
    pages::page(&lesson.meta.title, &main)
}

/// A page that the victim saw, as a picture.
pub(super) async fn screen(
    State(console): State<Arc<Console>>,
    Path((slug, side, number)): Path<(String, String, usize)>,
) -> Response {
    let active = console.active.lock().await;
    let active = active.as_ref().filter(|active| active.lesson.slug() == slug);
    let side = Side::BOTH.into_iter().find(|known| known.as_str() == side);
    let screens = active.zip(side).map(|(active, side)| active.of(side).twin.screens());
    match screens.and_then(|screens| screens.into_iter().nth(number)) {
        Some(screen) => ([(header::CONTENT_TYPE, "image/png")], screen.png).into_response(),
        None => problem(StatusCode::NOT_FOUND, "not_found", "There is no such picture any more."),
    }
}

const fn other(side: Side) -> Side {
    match side {
        Side::Vulnerable => Side::Hardened,
        Side::Hardened => Side::Vulnerable,
    }
}

fn side_of(form: &Params, name: &str) -> Side {
    if form.get(name) == Some("hardened") { Side::Hardened } else { Side::Vulnerable }
}

/// Shows the other twin.
pub(super) async fn switch_twin(
    State(console): State<Arc<Console>>,
    Named(lesson): Named,
    body: Bytes,
) -> Response {
    let form = Params::parse(&body).unwrap_or_default();
    console.change_desk(lesson, |desk| desk.side = side_of(&form, "twin"));
    see_other(&format!("/lessons/{}#try", lesson.slug()))
}

/// Runs the exploit against the twin that the form names: the one that its page has shown, even if
/// another tab has switched since.
pub(super) async fn exploit(
    State(console): State<Arc<Console>>,
    Named(lesson): Named,
    body: Bytes,
) -> Response {
    let side = side_of(&Params::parse(&body).unwrap_or_default(), "against");
    let mut active = match console.open(lesson).await {
        Ok(active) => active,
        Err(error) => return failed("start", &error),
    };
    let succeeded = match active.attack(side).await {
        Ok(succeeded) => succeeded,
        Err(error) => return failed("reset", &error),
    };
    if side == Side::Vulnerable && succeeded {
        let recorded = console.score.record(lesson.slug(), |state| state.exploited = true);
        if let Err(error) = recorded {
            tracing::warn!(%error, "the score cannot be written");
        }
    }
    console.change_desk(lesson, |desk| desk.side = side);
    see_other(&format!("/lessons/{}#try", lesson.slug()))
}

/// Both twins forget everything.
pub(super) async fn reset(State(console): State<Arc<Console>>, Named(lesson): Named) -> Response {
    let mut active = match console.open(lesson).await {
        Ok(active) => active,
        Err(error) => return failed("start", &error),
    };
    if let Err(error) = active.reset().await {
        return failed("reset", &error);
    }
    see_other(&format!("/lessons/{}#try", lesson.slug()))
}

/// Opens hints, up to a number; zero closes them.
pub(super) async fn hints(
    State(console): State<Arc<Console>>,
    Named(lesson): Named,
    body: Bytes,
) -> Response {
    let form = Params::parse(&body).unwrap_or_default();
    let asked = form.get("shown").and_then(|shown| shown.parse().ok()).unwrap_or(0_usize);
    console.change_desk(lesson, |desk| desk.hints = asked.min(lesson.hints().len()));
    see_other(&format!("/lessons/{}#hints", lesson.slug()))
}
