//! What the buttons of a lesson's page do. Each answers with the page again, at the part that has changed: the
//! reader's place, and the keyboard's.

use std::sync::Arc;

use auth_core::params::Params;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::named::Named;
use super::{Console, pages};
use crate::cli::Side;
use crate::lesson::Lesson;
use crate::outcome::Outcome;
use crate::parties::{problem, see_other};

fn side_of(form: &Params, name: &str) -> Side {
    if form.get(name) == Some("hardened") { Side::Hardened } else { Side::Vulnerable }
}

fn back(lesson: &Lesson, to: &str) -> Response {
    see_other(&format!("/lessons/{}{to}", lesson.slug()))
}

fn not_reset(error: &impl std::fmt::Display) -> Response {
    problem(StatusCode::INTERNAL_SERVER_ERROR, "reset", &error.to_string())
}

/// Shows the other twin.
pub(super) async fn switch_twin(
    State(console): State<Arc<Console>>,
    Named(lesson): Named,
    body: Bytes,
) -> Response {
    let form = Params::parse(&body).unwrap_or_default();
    console.change_desk(lesson, |desk| desk.side = side_of(&form, "twin"));
    back(lesson, "#try-title")
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
        Err(error) => return pages::not_started(lesson, &error),
    };
    console.change_desk(lesson, |desk| {
        desk.side = side;
        desk.remember(side, None);
    });
    let run = console.begin_run(lesson);
    let outcome = tokio::select! {
        outcome = active.attack(side) => outcome,
        () = run.stopped() => return back(lesson, "?stopped#try-title"),
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return not_reset(&error),
    };
    if side == Side::Vulnerable && outcome.as_ref().is_ok_and(Outcome::is_success) {
        console.record_exploit(lesson);
    }
    console.change_desk(lesson, |desk| desk.remember(side, Some(outcome)));
    back(lesson, "#try-title")
}

/// Both twins forget everything. A run that is under way is stopped.
pub(super) async fn reset(State(console): State<Arc<Console>>, Named(lesson): Named) -> Response {
    let stopped = console.stop_run(lesson);
    let mut active = match console.open(lesson).await {
        Ok(active) => active,
        Err(error) => return pages::not_started(lesson, &error),
    };
    if let Err(error) = active.reset(stopped).await {
        return not_reset(&error);
    }
    console.change_desk(lesson, |desk| Side::BOTH.into_iter().for_each(|side| desk.remember(side, None)));
    back(lesson, "#try-title")
}

/// Opens hints, up to a number; zero closes them.
pub(super) async fn hints(
    State(console): State<Arc<Console>>,
    Named(lesson): Named,
    body: Bytes,
) -> Response {
    let form = Params::parse(&body).unwrap_or_default();
    let asked = form.get("shown").and_then(|shown| shown.parse().ok()).unwrap_or(0_usize);
    let shown = asked.min(lesson.hints().len());
    console.change_desk(lesson, |desk| desk.hints = shown);
    let newest = if shown == 0 { "#hints-title".to_owned() } else { format!("#hint-{shown}") };
    back(lesson, &newest)
}
