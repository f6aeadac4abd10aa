//! For the facilitator: syllabuses, and each lesson's script. Not for the projector.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;

use super::named::Named;
use super::timer::{Phase, phases};
use super::{Console, markdown, pages};
use crate::lesson::Lesson;
use crate::lessons;
use crate::parties::problem;

/// The name in the address, and the text.
const SYLLABUSES: [(&str, &str); 3] = [
    ("60-minutes", include_str!("../../syllabuses/60-minutes.md")),
    ("half-day", include_str!("../../syllabuses/half-day.md")),
    ("day", include_str!("../../syllabuses/day.md")),
];

#[derive(Template)]
#[template(path = "console/facilitator.html")]
struct Overview {
    syllabuses: Vec<(&'static str, &'static str, String)>,
    lessons: Vec<(&'static Lesson, Vec<Phase>)>,
    minutes: u32,
}

#[derive(Template)]
#[template(path = "console/script.html")]
struct Script {
    lesson: &'static Lesson,
    text: String,
    also: Vec<(&'static Lesson, String)>,
}

pub(super) async fn overview(State(console): State<Arc<Console>>) -> Response {
    let lessons: Vec<_> = lessons::all().iter().map(|lesson| (lesson, phases(lesson))).collect();
    let minutes = lessons.iter().map(|(lesson, _)| lesson.meta.minutes).sum();
    let syllabuses = SYLLABUSES.iter().map(|(name, text)| {
        let mut parts = text.split("\n\n");
        let title = parts.next().unwrap_or_default().trim_start_matches("# ");
        (*name, title, markdown::html(parts.next().unwrap_or_default(), console.port))
    });
    pages::page("Facilitator", &Overview { syllabuses: syllabuses.collect(), lessons, minutes })
}

pub(super) async fn script(State(console): State<Arc<Console>>, Named(lesson): Named) -> Response {
    // The title is the page's.
    let text = lesson.facilitator.split_once('\n').map_or("", |(_, text)| text);
    let exceptions = lesson.meta.also_exploited_by.iter();
    let also = exceptions.filter_map(|exception| {
        lessons::find(&exception.lesson).map(|other| (other, exception.reason.clone()))
    });
    let main = Script { lesson, text: markdown::html(text, console.port), also: also.collect() };
    pages::page(&format!("Script: {}", lesson.meta.title), &main)
}

pub(super) async fn syllabus(State(console): State<Arc<Console>>, Path(name): Path<String>) -> Response {
    match SYLLABUSES.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => pages::text_page(text, console.port),
        None => problem(StatusCode::NOT_FOUND, "not_found", "There is no such syllabus."),
    }
}
