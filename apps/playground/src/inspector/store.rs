//! What the inspector remembers: the newest messages, in memory and nowhere else.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth_core::secret::random_id;
use auth_core::wire::Message;
use tokio::sync::{mpsc, watch};

use super::idle;
use super::view::View;

/// More than anybody reads, and little enough to hold.
const MOST_MESSAGES: usize = 2_000;
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// One message may not push out all others.
const LARGEST_MESSAGE: usize = 512 * 1024;

/// The messages that the inspector shows. Cloning it is cheap and shares them.
#[derive(Debug, Clone)]
pub struct Store(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Random; another one after each start.
    run: String,
    kept: Mutex<Kept>,
    /// Wakes those who wait for a change.
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Kept {
    /// In the order in which they came.
    entries: VecDeque<Entry>,
    bytes: usize,
    changes: u64,
}

/// One message, and what was found out when it came.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) message: Arc<Message>,
    /// Part of a poll that found nothing.
    pub(super) idle: bool,
    /// The count of changes when it came: a later one has a higher number.
    change: u64,
    bytes: usize,
}

impl Default for Store {
    fn default() -> Store {
        let shared = Shared { run: random_id(8), kept: Mutex::default(), changed: watch::Sender::new(()) };
        Store(Arc::new(shared))
    }
}

/// Adds what a party in this process sends, until it can't send any more.
pub async fn collect(store: Store, mut receiver: mpsc::Receiver<Message>) {
    while let Some(message) = receiver.recv().await {
        store.add(message);
    }
}

impl Store {
    /// Adds a message. The oldest ones go when there are too many, and polls that found nothing go before
    /// all others: a worker that waits must not push out what somebody did an hour ago.
    pub fn add(&self, message: Message) {
        let bytes = size(&message);
        let mut kept = self.kept();
        // A report that is sent twice, because its answer was lost, counts once.
        if bytes > LARGEST_MESSAGE || kept.entries.iter().any(|entry| entry.message.id == message.id) {
            return;
        }
        kept.changes += 1;
        let change = kept.changes;
        let idle = idle::is_idle_poll(&message);
        if idle {
            for entry in kept.entries.iter_mut().filter(|entry| idle::belongs_to(&message, &entry.message)) {
                entry.idle = true;
            }
        }
        kept.entries.push_back(Entry { message: Arc::new(message), idle, change, bytes });
        kept.bytes += bytes;
        while kept.entries.len() > MOST_MESSAGES || kept.bytes > MOST_BYTES {
            let first_idle = kept.entries.iter().position(|entry| entry.idle);
            let Some(gone) = kept.entries.remove(first_idle.unwrap_or(0)) else { break };
            kept.bytes -= gone.bytes;
        }
        drop(kept);
        self.0.changed.send_replace(());
    }

    /// Forgets what a view shows.
    pub(super) fn clear(&self, view: &View) {
        let mut kept = self.kept();
        kept.entries.retain(|entry| !view.shows(&entry.message));
        kept.bytes = kept.entries.iter().map(|entry| entry.bytes).sum();
        drop(kept);
        self.0.changed.send_replace(());
    }

    /// What a view shows, by the time at which each request arrived.
    pub(super) fn entries(&self, view: &View) -> Vec<Entry> {
        let kept = self.kept();
        let mut entries: Vec<_> =
            kept.entries.iter().filter(|entry| view.shows(&entry.message)).cloned().collect();
        drop(kept);
        entries.sort_by_key(|entry| entry.message.started_us);
        entries
    }

    /// How many messages a view has, without the polls that found nothing.
    pub(super) fn count(&self, view: &View) -> usize {
        self.kept().entries.iter().filter(|entry| !entry.idle && view.shows(&entry.message)).count()
    }

    /// The name of this run.
    pub(super) fn run(&self) -> &str {
        &self.0.run
    }

    /// A word that is another one whenever a view shows something else, and after each start.
    pub(super) fn revision(&self, view: &View) -> String {
        let kept = self.kept();
        let shown = || kept.entries.iter().filter(|entry| view.shows(&entry.message));
        let (first, last) = (shown().next(), shown().next_back());
        let change = |entry: Option<&Entry>| entry.map_or(0, |entry| entry.change);
        format!("{}-{}-{}-{}", self.0.run, shown().count(), change(first), change(last))
    }

    /// Wakes whoever waits for the next change.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // What is kept is whole between any two statements.
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About what the message takes: its length as JSON.
fn size(message: &Message) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    match serde_json::to_writer(&mut count, message) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inspector::tests::walk::{idle_round, message};

    fn ids(store: &Store) -> Vec<String> {
        store.entries(&View::Everything).iter().map(|entry| entry.message.id.clone()).collect()
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let store = Store::default();
        for number in 0..MOST_MESSAGES + 10 {
            store.add(Message { id: format!("m{number}"), started_us: number as u64, ..message() });
        }
        let ids = ids(&store);
        assert_eq!((ids.len(), ids[0].as_str()), (MOST_MESSAGES, "m10"));
    }

    #[test]
    fn polls_that_found_nothing_go_first() {
        let store = Store::default();
        store.add(Message { id: "mine".to_owned(), ..message() });
        for round in 0..MOST_MESSAGES {
            idle_round(round as u64).into_iter().for_each(|message| store.add(message));
        }
        assert!(ids(&store).contains(&"mine".to_owned()));
        assert_eq!(store.count(&View::Everything), 1);
    }

    #[test]
    fn the_oldest_go_when_they_are_too_long() {
        let store = Store::default();
        let long = "x".repeat(LARGEST_MESSAGE - 2_000);
        for number in 0..40 {
            store.add(Message { id: format!("m{number}"), path: long.clone(), ..message() });
        }
        assert!(store.kept().bytes <= MOST_BYTES);
        let ids = ids(&store);
        assert!(ids.len() < 40 && ids.last().unwrap() == "m39", "{ids:?}");
    }

    #[test]
    fn one_message_can_not_push_out_all_others() {
        let store = Store::default();
        store.add(Message { id: "small".to_owned(), ..message() });
        store.add(Message { id: "huge".to_owned(), path: "x".repeat(LARGEST_MESSAGE), ..message() });
        assert_eq!(ids(&store), ["small"]);
    }

    #[test]
    fn a_message_that_comes_twice_counts_once() {
        let store = Store::default();
        store.add(Message { id: "a".to_owned(), ..message() });
        store.add(Message { id: "a".to_owned(), ..message() });
        assert_eq!(ids(&store), ["a"]);
    }

    #[test]
    fn a_revision_changes_with_what_its_view_shows_and_only_then() {
        let store = Store::default();
        let (mine, all) = (View::Mine("me".to_owned()), View::Everything);
        let of = |browser: &str, id: &str| Message {
            id: id.to_owned(),
            browser: Some(browser.to_owned()),
            ..message()
        };
        store.add(of("me", "1"));
        let before = (store.revision(&mine), store.revision(&all));
        store.add(of("somebody", "2"));
        assert_eq!(store.revision(&mine), before.0);
        assert_ne!(store.revision(&all), before.1);
        store.clear(&mine);
        assert_ne!(store.revision(&mine), before.0);
        store.add(of("me", "3"));
        assert_ne!(store.revision(&mine), before.0);
    }

    #[tokio::test]
    async fn what_is_sent_in_this_process_is_collected() {
        let store = Store::default();
        let (sender, receiver) = mpsc::channel(4);
        sender.send(Message { id: "sent".to_owned(), ..message() }).await.unwrap();
        drop(sender);
        collect(store.clone(), receiver).await;
        assert_eq!(ids(&store), ["sent"]);
    }
}
