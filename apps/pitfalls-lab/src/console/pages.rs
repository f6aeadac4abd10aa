//! The pages of the console.

use std::sync::Arc;

use askama::Template;
use auth_core::pages::Site;
use auth_core::params::Params;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::StatusCode;

use super::{Active, Console, markdown};
use crate::cli::Side;
use crate::lesson::{Decisive, Lesson};
use crate::lessons;
use crate::parties::{Urls, html, json, problem, see_other};
use crate::twin::Exchange;

#[derive(Template)]
#[template(path = "console/index.html")]
struct Index {
    lessons: Vec<Row>,
    solved: usize,
}

struct Row {
    lesson: &'static Lesson,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "console/lesson.html")]
struct LessonPage<'a> {
    lesson: &'static Lesson,
    state: &'static str,
    story: String,
    vulnerable_source: &'static str,
    hardened_source: &'static str,
    vulnerable: &'a Urls,
    hardened: &'a Urls,
    outcome: Option<(&'static str, bool, String)>,
    wire: Vec<Message>,
    hints: Vec<String>,
    more_hints: Option<usize>,
}

/// One message of the wire view.
struct Message {
    from: String,
    to: String,
    lines: Vec<Line>,
}

struct Line {
    text: String,
    decisive: Option<(Decisive, String)>,
}

#[derive(Template)]
#[template(path = "console/facilitator.html")]
struct Facilitator {
    lessons: Vec<(&'static Lesson, String)>,
    minutes: u32,
}

fn page<T: Template>(title: &str, main: &T) -> Response {
    let site = Site::new("Pitfalls lab", "console").link("/", "Lessons").link("/facilitator", "Facilitator");
    html(StatusCode::OK, site.link("/score.json", "Score").page(title, main))
}

pub(super) async fn index(State(console): State<Arc<Console>>) -> Response {
    let rows =
        lessons::all().iter().map(|lesson| Row { lesson, state: console.score.of(lesson.slug()).as_str() });
    let lessons: Vec<Row> = rows.collect();
    let solved = lessons.iter().filter(|row| row.state == "solved").count();
    page("Lessons", &Index { lessons, solved })
}

pub(super) async fn facilitator() -> Response {
    let lessons: Vec<_> =
        lessons::all().iter().map(|lesson| (lesson, markdown::html(lesson.facilitator))).collect();
    let minutes = lessons.iter().map(|(lesson, _)| lesson.meta.minutes).sum();
    page("Facilitator", &Facilitator { lessons, minutes })
}

/// The score, to be saved or collected.
pub(super) async fn score(State(console): State<Arc<Console>>) -> Response {
    json(StatusCode::OK, &serde_json::json!(console.score.all()))
}

fn unknown() -> Response {
    problem(StatusCode::NOT_FOUND, "not_found", "There is no such lesson.")
}

pub(super) async fn lesson(
    State(console): State<Arc<Console>>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(lesson) = lessons::find(&slug) else { return unknown() };
    if let Err(error) = console.open(lesson).await {
        return problem(StatusCode::INTERNAL_SERVER_ERROR, "start", &error.to_string());
    }
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let shown = params.get("hints").and_then(|hints| hints.parse().ok()).unwrap_or(0_usize);
    let active = console.active.lock().await;
    let Some(active) = active.as_ref() else { return unknown() };
    let all_hints = lesson.hints();
    let shown = shown.min(all_hints.len());
    let main = LessonPage {
        lesson,
        state: console.score.of(lesson.slug()).as_str(),
        story: markdown::html(lesson.readme.split_once('\n').map_or("", |(_, text)| text)),
        vulnerable_source: lesson.vulnerable.source,
        hardened_source: lesson.hardened.source,
        vulnerable: active.vulnerable.targets().urls(),
        hardened: active.hardened.targets().urls(),
        outcome: active.last.as_ref().map(|(side, outcome)| match outcome {
            Ok(outcome) => (side.as_str(), outcome.is_success(), outcome.to_string()),
            Err(broken) => (side.as_str(), false, broken.to_string()),
        }),
        wire: wire(active),
        hints: all_hints.iter().take(shown).map(|hint| markdown::html(&format!("## {hint}"))).collect(),
        more_hints: (shown < all_hints.len()).then_some(shown + 1),
    };
    page(&lesson.meta.title, &main)
}

/// The messages of the twin that was attacked last, with the line that matters marked.
fn wire(active: &Active) -> Vec<Message> {
    let Some((side, _)) = &active.last else { return Vec::new() };
    let meta = &active.lesson.meta;
    let line = |text: &String| {
        let decisive = meta.decisive_for(text).cloned().map(|decisive| {
            let url = meta.citations.iter().find(|citation| citation.text == decisive.clause);
            let url = url.map(|citation| citation.url.clone()).unwrap_or_default();
            (decisive, url)
        });
        Line { text: text.clone(), decisive }
    };
    let message = |exchange: Exchange| Message {
        lines: exchange.request.iter().chain(&exchange.response).map(line).collect(),
        from: exchange.from,
        to: exchange.to,
    };
    active.twin(*side).wire().into_iter().map(message).collect()
}

/// Runs the exploit against the twin that the form names.
pub(super) async fn exploit(
    State(console): State<Arc<Console>>,
    Path(slug): Path<String>,
    body: Bytes,
) -> Response {
    let Some(lesson) = lessons::find(&slug) else { return unknown() };
    let form = Params::parse(&body).unwrap_or_default();
    let side = if form.get("against") == Some("hardened") { Side::Hardened } else { Side::Vulnerable };
    if let Err(error) = console.open(lesson).await {
        return problem(StatusCode::INTERNAL_SERVER_ERROR, "start", &error.to_string());
    }
    let mut active = console.active.lock().await;
    let Some(active) = active.as_mut() else { return unknown() };
    if let Err(error) = active.twin(side).reset().await {
        return problem(StatusCode::INTERNAL_SERVER_ERROR, "reset", &error.to_string());
    }
    let outcome = (lesson.exploit)(active.twin(side).targets()).await;
    if side == Side::Vulnerable && outcome.as_ref().is_ok_and(crate::outcome::Outcome::is_success) {
        let recorded = console.score.record(lesson.slug(), |state| state.exploited = true);
        if let Err(error) = recorded {
            tracing::warn!(%error, "the score cannot be written");
        }
    }
    active.last = Some((side, outcome));
    see_other(&format!("/lessons/{}#outcome", lesson.slug()))
}

/// Both twins forget everything.
pub(super) async fn reset(State(console): State<Arc<Console>>, Path(slug): Path<String>) -> Response {
    let Some(lesson) = lessons::find(&slug) else { return unknown() };
    let mut active = console.active.lock().await;
    if let Some(active) = active.as_mut() {
        for side in Side::BOTH {
            if let Err(error) = active.twin(side).reset().await {
                return problem(StatusCode::INTERNAL_SERVER_ERROR, "reset", &error.to_string());
            }
        }
        active.last = None;
    }
    see_other(&format!("/lessons/{}", lesson.slug()))
}
