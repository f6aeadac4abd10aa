//! The console: the lessons in a browser, at http://lab.localhost:9400. Pages without scripts, usable
//! from the keyboard.

mod markdown;
mod pages;
mod score;

use std::process::ExitCode;
use std::sync::Arc;

use auth_core::headers::{Csp, SecurityHeaders};
use auth_core::http_client::HttpClient;
use auth_core::server::{Listen, StartError, shutdown_signal};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, Method, StatusCode, header};
use tokio::sync::Mutex;

use crate::cli::Side;
use crate::lesson::Lesson;
use crate::parties::{self, LAB_HEADER};
use crate::place;
use crate::twin::Twin;

pub(crate) use score::Score;

/// What the console knows.
pub(crate) struct Console {
    port: u16,
    score: Score,
    /// The lesson that is open, with both twins.
    active: Mutex<Option<Active>>,
}

/// A lesson whose twins run.
struct Active {
    lesson: &'static Lesson,
    vulnerable: Twin,
    hardened: Twin,
    /// The twin that was attacked last, and what came of it.
    last: Option<(Side, Result<crate::outcome::Outcome, crate::outcome::Broken>)>,
}

impl Active {
    const fn twin(&self, side: Side) -> &Twin {
        match side {
            Side::Vulnerable => &self.vulnerable,
            Side::Hardened => &self.hardened,
        }
    }
}

impl Console {
    fn origin(&self) -> String {
        format!("http://lab.localhost:{}", self.port)
    }

    /// Starts the twins of a lesson on the ports after the console's, unless they run already.
    async fn open(&self, lesson: &'static Lesson) -> Result<(), StartError> {
        let mut active = self.active.lock().await;
        if active.as_ref().is_some_and(|active| active.lesson.slug() == lesson.slug()) {
            return Ok(());
        }
        // The old twins let go of the ports first.
        drop(active.take());
        let vulnerable = start(lesson, Side::Vulnerable, self.port + 1).await?;
        let hardened = start(lesson, Side::Hardened, self.port + 5).await?;
        *active = Some(Active { lesson, vulnerable, hardened, last: None });
        Ok(())
    }
}

/// The ports of the lesson before may take a moment to become free.
async fn start(lesson: &Lesson, side: Side, port: u16) -> Result<Twin, StartError> {
    for _ in 0..20 {
        if let Ok(twin) = Twin::start_on((side.of(lesson).checks)(), Some(port)).await {
            return Ok(twin);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Twin::start_on((side.of(lesson).checks)(), Some(port)).await
}

pub(crate) fn router(port: u16, score: Score) -> Router {
    let console = Arc::new(Console { port, score, active: Mutex::new(None) });
    Router::new()
        .route("/", get(pages::index))
        .route("/facilitator", get(pages::facilitator))
        .route("/score.json", get(pages::score))
        .route("/lessons/{slug}", get(pages::lesson))
        .route("/lessons/{slug}/exploit", post(pages::exploit))
        .route("/lessons/{slug}/reset", post(pages::reset))
        .merge(parties::assets())
        .fallback(|| async { parties::problem(StatusCode::NOT_FOUND, "not_found", "There is no such page.") })
        .with_state(Arc::clone(&console))
        .layer(SecurityHeaders::page(Csp::strict()))
        .layer(middleware::from_fn_with_state(console, guard))
}

/// The console takes orders from its own pages only: the Host is the lab's, and a form comes from here.
async fn guard(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let foreign_form = request.method() == Method::POST
        && request.headers().get(header::ORIGIN).is_none_or(|origin| origin != console.origin().as_str());
    let mut response = if !parties::is_lab_host(&request) {
        parties::misdirected()
    } else if foreign_form {
        (StatusCode::FORBIDDEN, "403: this form is not from the console\n").into_response()
    } else {
        next.run(request).await
    };
    response.headers_mut().insert(LAB_HEADER, HeaderValue::from_static("never deploy this"));
    response
}

pub(crate) async fn run(port: u16) -> ExitCode {
    let stop = shutdown_signal();
    let started = Listen::Address(place::address(port))
        .bind("--port")
        .and_then(|listener| parties::serve(listener, router(port, Score::of_this_place()), stop.clone()));
    if let Err(error) = started {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    println!("The pitfalls lab is at http://lab.localhost:{port}  (this machine only; Ctrl-C stops it)");
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
