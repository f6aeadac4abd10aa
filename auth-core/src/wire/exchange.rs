//! The exchange that a task is in the middle of: which party it acts for, and for which browser.

use std::sync::{Arc, Mutex, PoisonError};

use tracing::Metadata;

use super::Handler;

tokio::task_local! {
    static EXCHANGE: Exchange;
}

/// One request that is being answered (or a worker at work). Cloning it shares it.
#[derive(Debug, Clone)]
pub(crate) struct Exchange(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    party: &'static str,
    browser: Option<String>,
    handlers: Mutex<Vec<Handler>>,
}

impl Exchange {
    pub(crate) fn new(party: &'static str, browser: Option<String>) -> Exchange {
        Exchange(Arc::new(Shared { party, browser, handlers: Mutex::default() }))
    }

    /// Runs `work` inside this exchange.
    pub(crate) async fn scope<F: Future>(&self, work: F) -> F::Output {
        EXCHANGE.scope(self.clone(), work).await
    }

    /// The functions that had their part in it so far.
    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn handlers(&self) -> Vec<Handler> {
        self.0.handlers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether this task is in the middle of an exchange.
pub(super) fn is_watched() -> bool {
    EXCHANGE.try_with(|_| ()).is_ok()
}

/// Notes the function that a span stands for.
pub(super) fn handled_by(span: &Metadata<'_>) {
    let _ = EXCHANGE.try_with(|exchange| {
        let handler = Handler {
            function: format!("{}::{}", span.module_path().unwrap_or_default(), span.name()),
            // As on every system: the paths are for reading.
            file: span.file().unwrap_or_default().replace('\\', "/"),
            line: span.line().unwrap_or_default(),
        };
        let mut handlers = exchange.0.handlers.lock().unwrap_or_else(PoisonError::into_inner);
        if !handlers.contains(&handler) {
            handlers.push(handler);
        }
    });
}

/// The party for which this task calls another one, and the browser for which it does.
pub(crate) fn calling() -> Option<(&'static str, Option<String>)> {
    EXCHANGE.try_with(|exchange| (exchange.0.party, exchange.0.browser.clone())).ok()
}

/// Keeps `work` in the exchange of the present task when it runs on another thread: give it to
/// `spawn_blocking` in this wrapper. Where nothing is watched it is `work` itself.
pub fn carry<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let exchange = EXCHANGE.try_with(Exchange::clone).ok();
    move || match exchange {
        Some(exchange) => EXCHANGE.sync_scope(exchange, work),
        None => work(),
    }
}
