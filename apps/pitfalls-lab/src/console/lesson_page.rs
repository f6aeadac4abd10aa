//! A lesson's page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use super::desk::{Ended, WasReset};
use super::named::Named;
use super::wire_view::{Message, messages};
use super::{Console, markdown, pages, types};
use crate::cli::Side;
use crate::lesson::Lesson;
use crate::lessons;
use crate::parties::{Urls, problem};

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
    /// What happened while the reader looked elsewhere: in another tab, or to a file.
    was_reset: Option<WasReset>,
    was_stopped: bool,
    unsaved: Option<String>,
    /// The sites whose pages Chromium showed to the victim, in order.
    screens: Vec<String>,
    wire: Vec<Message>,
    /// The check's type, and the types that it names.
    types: String,
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
struct Shown {
    kind: Kind,
    /// The lesson that was opened since.
    closed_by: Option<&'static Lesson>,
}

enum Kind {
    NotRun,
    Succeeded(String),
    Blocked(String),
    Broken(String),
}

impl Shown {
    fn of(ended: Option<&Ended>) -> Self {
        let kind = match ended.map(|ended| &ended.outcome) {
            None => Kind::NotRun,
            Some(Ok(outcome)) if outcome.is_success() => Kind::Succeeded(outcome.to_string()),
            Some(Ok(outcome)) => Kind::Blocked(outcome.to_string()),
            Some(Err(broken)) => Kind::Broken(broken.to_string()),
        };
        Self { kind, closed_by: ended.and_then(|ended| ended.closed_by) }
    }
}

impl Story {
    fn of(lesson: &Lesson, port: u16, side: Side) -> Self {
        // The title is the page's.
        let text = lesson.readme.split_once('\n').map_or("", |(_, text)| text);
        let (opening, rest) = text.split_at(text.find("\n## ").unwrap_or(text.len()));
        let (rest, answers) = rest.split_at(rest.find("\n*Answers:").unwrap_or(rest.len()));
        let html = |text| markdown::html_at(text, port, side);
        Self { opening: html(opening), rest: html(rest), answers: html(answers) }
    }
}

pub(super) async fn show(
    State(console): State<Arc<Console>>,
    Named(lesson): Named,
    RawQuery(query): RawQuery,
) -> Response {
    let mut active = match console.open(lesson).await {
        Ok(active) => active,
        Err(error) => return pages::not_started(lesson, &error),
    };
    let desk = console.desk(lesson);
    let was_stopped = query.is_some_and(|query| query == "stopped");
    // Whoever pressed Reset is told of it, and not the tab whose run it stopped.
    let was_reset = if was_stopped { None } else { active.was_reset.take() };
    let twin = active.of(desk.side);
    let hints = lesson.hints();
    let render = |hint: &&str| markdown::html_at(&format!("## {hint}"), console.port, desk.side);
    let position = lessons::all().iter().position(|other| other.slug() == lesson.slug()).unwrap_or_default();
    let main = LessonPage {
        lesson,
        state: console.score.of(lesson.slug()).as_str(),
        story: Story::of(lesson, console.port, desk.side),
        side: desk.side.as_str(),
        other: other(desk.side).as_str(),
        urls: twin.targets().urls(),
        results: Side::BOTH.into_iter().map(|side| (side.as_str(), Shown::of(desk.ended(side)))).collect(),
        was_reset,
        was_stopped,
        unsaved: console.unsaved(),
        screens: twin.screens().into_iter().map(|screen| screen.site).collect(),
        wire: messages(lesson, desk.side, twin),
        types: types::of(&lesson.meta.check),
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
    let screens = active.zip(side).map(|(active, side)| active.of(side).screens());
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
