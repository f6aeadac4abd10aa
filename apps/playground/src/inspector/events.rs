//! `GET /inspector/events`: says that there is something new, and nothing else. The page then fetches itself,
//! so that there is one way to show a message.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{Stream, unfold};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio_util::sync::CancellationToken;

use super::view::{Browser, Choice, View};
use super::{Inspector, Store};

/// A browser keeps at most six connections to one host; a few browsers may look on.
pub(super) const MOST_STREAMS: usize = 32;
/// A sign-in is a burst of messages: they are shown together.
const TOGETHER: Duration = Duration::from_millis(150);
/// Keeps whatever stands between from closing a quiet connection, and notices a browser that is gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
pub(super) struct Since {
    view: Option<String>,
    /// The revision of the page that the reader has.
    since: Option<String>,
}

pub(super) async fn get(
    State(inspector): State<Inspector>,
    Query(Since { view, since }): Query<Since>,
    headers: HeaderMap,
) -> Response {
    // A page of another site could take up all streams, although it would hear nothing.
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return (StatusCode::FORBIDDEN, "only the inspector's own page may listen\n").into_response();
    }
    let Ok(permit) = Arc::clone(&inspector.streams).try_acquire_owned() else {
        let later = [(header::RETRY_AFTER, "10")];
        return (StatusCode::SERVICE_UNAVAILABLE, later, "too many pages listen already\n").into_response();
    };
    // After a broken connection the browser tells what it heard last (HTML Standard §9.2.4).
    let heard = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let listener = Listener {
        view: Choice::parse(view.as_deref()).of(&Browser::of(&headers)),
        seen: heard.or(since).unwrap_or_default(),
        changes: inspector.store.changes(),
        store: inspector.store,
        shutdown: inspector.shutdown,
        _permit: permit,
    };
    Sse::new(listener.events()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// One page that waits for news.
struct Listener {
    store: Store,
    view: View,
    /// The revision that it knows.
    seen: String,
    changes: watch::Receiver<()>,
    shutdown: CancellationToken,
    /// One of [`MOST_STREAMS`], given back with the listener.
    _permit: OwnedSemaphorePermit,
}

impl Listener {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        unfold(self, |mut listener| async move {
            let revision = listener.next().await?;
            Some((Ok(Event::default().event("changed").id(&revision).data(&revision)), listener))
        })
    }

    /// The next revision of what this page shows; none once the server stops.
    async fn next(&mut self) -> Option<String> {
        loop {
            self.changes.mark_unchanged();
            let revision = self.store.revision(&self.view);
            if revision != self.seen {
                self.seen.clone_from(&revision);
                return Some(revision);
            }
            tokio::select! {
                () = self.shutdown.cancelled() => return None,
                changed = self.changes.changed() => changed.ok()?,
            }
            tokio::select! {
                () = self.shutdown.cancelled() => return None,
                () = tokio::time::sleep(TOGETHER) => {}
            }
        }
    }
}
