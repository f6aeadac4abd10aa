//! The list of lessons, the score, and the safety note.

use std::sync::Arc;

use askama::Template;
use auth_core::pages::Site;
use auth_core::server::StartError;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::{Console, markdown};
use crate::lesson::Lesson;
use crate::lessons;
use crate::parties::{html, json, problem};

#[derive(Template)]
#[template(path = "console/index.html")]
struct Index {
    lessons: Vec<Row>,
    solved: usize,
    next: Option<&'static Lesson>,
    unreadable: bool,
}

struct Row {
    lesson: &'static Lesson,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "console/score.html")]
struct ScorePage {
    /// Those that were begun.
    lessons: Vec<Row>,
    all: usize,
    exploited: usize,
    solved: usize,
    file: String,
    /// Why the file cannot be read.
    unreadable: Option<String>,
    /// Why it was not written the last time.
    unsaved: Option<String>,
}

#[derive(Template)]
#[template(path = "console/not_started.html")]
struct NotStarted<'a> {
    lesson: &'static Lesson,
    error: &'a str,
}

#[derive(Template)]
#[template(path = "console/text.html")]
pub(super) struct Text {
    pub(super) title: String,
    pub(super) text: String,
}

pub(super) fn page<T: Template>(title: &str, main: &T) -> Response {
    let site = Site::new("Pitfalls lab", "console")
        .link("/", "Lessons")
        .link("/score", "Score")
        .link("/facilitator", "Facilitator")
        .link("/safety", "Safety");
    html(StatusCode::OK, site.page(title, main))
}

/// A lesson's twins need eight ports, and one of them is not to be had.
pub(super) fn not_started(lesson: &'static Lesson, error: &StartError) -> Response {
    let mut response = page("The twins could not start", &NotStarted { lesson, error: &error.to_string() });
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

pub(super) fn unknown() -> Response {
    problem(StatusCode::NOT_FOUND, "not_found", "There is no such lesson.")
}

fn rows(console: &Console) -> Vec<Row> {
    let all = console.score.all();
    let state = |lesson: &Lesson| all.get(lesson.slug()).copied().unwrap_or_default().as_str();
    lessons::all().iter().map(|lesson| Row { lesson, state: state(lesson) }).collect()
}

pub(super) async fn index(State(console): State<Arc<Console>>) -> Response {
    let lessons = rows(&console);
    let solved = lessons.iter().filter(|row| row.state == "solved").count();
    let next = lessons.iter().find(|row| row.state != "solved").map(|row| row.lesson);
    let unreadable = console.score.problem().is_some();
    page("Lessons", &Index { lessons, solved, next, unreadable })
}

pub(super) async fn score(State(console): State<Arc<Console>>) -> Response {
    let all = console.score.all();
    let file = console.score.file();
    let main = ScorePage {
        all: lessons::all().len(),
        exploited: all.values().filter(|state| state.exploited).count(),
        solved: all.values().filter(|state| state.solved).count(),
        lessons: rows(&console).into_iter().filter(|row| row.state != "not begun").collect(),
        file: std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()).display().to_string(),
        unreadable: console.score.problem(),
        unsaved: console.unsaved(),
    };
    page("Score", &main)
}

/// The score, to be saved or collected.
pub(super) async fn score_json(State(console): State<Arc<Console>>) -> Response {
    let mut response = json(StatusCode::OK, &serde_json::json!(console.score.all()));
    // RFC 6266 §4: saved under a name, also where no link proposes one.
    let attachment = HeaderValue::from_static("attachment; filename=\"pitfalls-lab-score.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment);
    response
}

pub(super) async fn safety(State(console): State<Arc<Console>>) -> Response {
    text_page(include_str!("../../SAFETY.md"), console.port)
}

/// A Markdown file as a page: its first line is the title.
pub(super) fn text_page(markdown: &str, port: u16) -> Response {
    let (title, text) = markdown.split_once('\n').unwrap_or((markdown, ""));
    let title = title.trim_start_matches("# ").to_owned();
    page(&title, &Text { text: markdown::html(text, port), title: title.clone() })
}

/// A file of the console.
pub(super) async fn file(content_type: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], content).into_response()
}
