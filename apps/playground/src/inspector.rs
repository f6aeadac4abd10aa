//! The flow inspector: a sequence diagram of the messages that the reader has just caused.
//!
//! The parties record what they are asked and answer ([`auth_core::wire`]), with every secret redacted before
//! it gets here. This module keeps the newest in memory ([`Store`]), draws them, and explains each parameter.
//! It answers to this machine's own names only, needs no JavaScript, and with it stays up to date by itself.

mod detail;
mod diagram;
mod events;
mod fields;
mod glossary;
mod here;
mod idle;
mod page;
mod party;
mod read;
mod receive;
mod recorded;
mod rows;
mod secrets;
mod spec;
mod start_over;
mod step;
mod store;
mod times;
mod view;
mod walks;

use std::sync::Arc;

use auth_core::headers::{Csp, SecurityHeaders};
use auth_core::wire::MESSAGES;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use store::{Store, collect};

use crate::assets::{INSPECTOR_SCRIPT, INSPECTOR_STYLES};
use crate::settings::Addresses;
use view::Choice;

const INSPECTOR: &str = "/inspector";
const EVENTS: &str = "/inspector/events";
const START_OVER: &str = "/inspector/start-over";

/// What the handlers share.
#[derive(Clone)]
struct Inspector {
    store: Store,
    /// Where the client is, for a reader who has not begun.
    client: String,
    /// The streams that may still be opened.
    streams: Arc<Semaphore>,
    /// Ends the streams, so that the server can stop.
    shutdown: CancellationToken,
}

/// The inspector's routes. `shutdown` ends the pages' streams of events.
pub(crate) fn router(store: Store, at: &Addresses, shutdown: CancellationToken) -> Router {
    let streams = Arc::new(Semaphore::new(events::MOST_STREAMS));
    let inspector = Inspector { store, client: at.client.clone(), streams, shutdown };
    let report = post(receive::post).layer(DefaultBodyLimit::max(receive::LONGEST_REPORT));
    Router::new()
        .route(INSPECTOR, get(page::show))
        .route(EVENTS, get(events::get))
        .route(START_OVER, post(start_over::post))
        .route(MESSAGES, report)
        .merge(INSPECTOR_STYLES.router())
        .merge(INSPECTOR_SCRIPT.router())
        .layer(middleware::from_fn(here::only_here))
        .layer(SecurityHeaders::page(Csp::strict().script_self()))
        .with_state(inspector)
}

/// The address of a view, and of a message in it.
fn address(choice: Choice, message: Option<&str>) -> String {
    let view = (choice != Choice::default()).then(|| format!("view={}", choice.as_str()));
    let message = message.map(|id| format!("message={id}"));
    let query: Vec<_> = view.into_iter().chain(message).collect();
    if query.is_empty() { INSPECTOR.to_owned() } else { format!("{INSPECTOR}?{}", query.join("&")) }
}

/// The address of a message that has a row of its own in the diagram, which is then in sight.
fn row_address(choice: Choice, message: &str) -> String {
    format!("{}#m-{message}", address(choice, Some(message)))
}

#[cfg(test)]
mod tests;
