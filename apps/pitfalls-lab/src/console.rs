//! The console: the lessons in a browser, at http://lab.localhost:9400. Its pages need no scripts and no
//! mouse.

mod desk;
mod facilitator;
mod lesson_page;
mod markdown;
mod named;
mod orders;
mod pages;
mod run;
mod score;
mod timer;
mod token;
mod types;
mod wire_view;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use auth_core::clock::Clock;
use auth_core::headers::{Csp, SecurityHeaders};
use auth_core::http_client::HttpClient;
use auth_core::server::{Listen, shutdown_signal};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tokio_util::sync::CancellationToken;

use crate::browser::Engine;
use crate::lesson::Lesson;
use crate::lock;
use crate::parties::{self, LAB_HEADER};
use crate::place;

pub(crate) use score::Score;

/// What the console knows.
pub(crate) struct Console {
    port: u16,
    /// Which browser the victims have.
    engine: Engine,
    score: Score,
    /// Why the score was not written the last time, if so.
    unsaved: Mutex<Option<String>>,
    clock: Clock,
    /// The exploit that runs, by its lesson's slug.
    run: Mutex<Option<(&'static str, CancellationToken)>>,
    /// The lesson that is open, with both twins.
    active: tokio::sync::Mutex<Option<desk::Active>>,
    /// How each lesson's page was left, by slug.
    desks: Mutex<BTreeMap<&'static str, desk::Desk>>,
    /// The room's timers, by slug.
    timers: Mutex<BTreeMap<&'static str, timer::Timer>>,
}

impl Console {
    fn new(port: u16, score: Score, clock: Clock) -> Self {
        let active = tokio::sync::Mutex::new(None);
        let engine = Engine::default();
        Self {
            port,
            engine,
            score,
            unsaved: Mutex::default(),
            clock,
            run: Mutex::default(),
            active,
            desks: Mutex::default(),
            timers: Mutex::default(),
        }
    }

    fn with_victims_in(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// The exploit of this lesson succeeded. That the score cannot be written stops nobody, but it is said.
    fn record_exploit(&self, lesson: &Lesson) {
        let recorded = self.score.record(lesson.slug(), |state| state.exploited = true);
        if let Err(error) = &recorded {
            tracing::warn!(%error, "the score cannot be written");
        }
        *lock(&self.unsaved) = recorded.err().map(|error| error.to_string());
    }

    fn unsaved(&self) -> Option<String> {
        lock(&self.unsaved).clone()
    }

    fn origin(&self) -> String {
        format!("http://lab.localhost:{}", self.port)
    }
}

fn router(console: Console) -> Router {
    let console = Arc::new(console);
    let style = || pages::file("text/css", include_str!("../assets/console.css"));
    Router::new()
        .route("/", get(pages::index))
        .route("/score", get(pages::score))
        .route("/score.json", get(pages::score_json))
        .route("/safety", get(pages::safety))
        .route("/facilitator", get(facilitator::overview))
        .route("/facilitator/{slug}", get(facilitator::script))
        .route("/syllabuses/{name}", get(facilitator::syllabus))
        .route("/lessons/{slug}", get(lesson_page::show))
        .route("/lessons/{slug}/twin", post(orders::switch_twin))
        .route("/lessons/{slug}/exploit", post(orders::exploit))
        .route("/lessons/{slug}/reset", post(orders::reset))
        .route("/lessons/{slug}/hints", post(orders::hints))
        .route("/lessons/{slug}/screens/{side}/{number}", get(lesson_page::screen))
        .route("/lessons/{slug}/timer", get(timer::show).post(timer::turn))
        .route("/console.css", get(style))
        .route("/timer.js", get(|| pages::file("text/javascript", timer::SCRIPT)))
        .merge(parties::assets())
        .fallback(|| async { parties::problem(StatusCode::NOT_FOUND, "not_found", "There is no such page.") })
        .with_state(Arc::clone(&console))
        .layer(SecurityHeaders::page(Csp::strict()))
        .layer(middleware::from_fn_with_state(console, guard))
}

/// The console takes orders from its own pages only: the Host is the lab's, a form comes from here, and other
/// sites can lead a visitor here, but neither embed a page nor load one in passing: a lesson that is opened
/// closes the one before.
async fn guard(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let foreign_form = request.method() == Method::POST
        && request.headers().get(header::ORIGIN).is_none_or(|origin| origin != console.origin().as_str());
    let mut response = if !parties::is_lab_host(&request) {
        parties::misdirected()
    } else if is_loaded_by_another_site(request.headers()) {
        (StatusCode::FORBIDDEN, "403: only the console's own pages load what is here\n").into_response()
    } else if foreign_form {
        (StatusCode::FORBIDDEN, "403: this form is not from the console\n").into_response()
    } else {
        next.run(request).await
    };
    response.headers_mut().insert(LAB_HEADER, HeaderValue::from_static("never deploy this"));
    response
}

/// By what the browser says of itself (Fetch Metadata); other programs say nothing.
fn is_loaded_by_another_site(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|sent| sent == value);
    let own = is("sec-fetch-site", "same-origin") || is("sec-fetch-site", "none");
    headers.contains_key("sec-fetch-site") && !own && !is("sec-fetch-dest", "document")
}

pub(crate) async fn run(port: u16, engine: Engine) -> ExitCode {
    let stop = shutdown_signal();
    let victims = engine.name();
    let console = Console::new(port, Score::of_this_place(), Clock::system()).with_victims_in(engine);
    let started = Listen::Address(place::address(port))
        .bind("--port")
        .and_then(|listener| parties::serve(listener, router(console), stop.clone()));
    if let Err(error) = started {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    say!("The pitfalls lab is at http://lab.localhost:{port}  (this machine only; Ctrl-C stops it)");
    say!("The victims' browser: {victims}.");
    stop.cancelled().await;
    ExitCode::SUCCESS
}

/// Asks the console by its own name, for to any other it says 421.
pub(crate) async fn healthcheck(port: u16) -> ExitCode {
    let url = format!("http://lab.localhost:{port}/");
    let answer = match HttpClient::new() {
        Ok(http) => http.send(http.reqwest().get(&url)).await.and_then(|answer| answer.success().map(drop)),
        Err(error) => Err(error),
    };
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {url}: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests;
