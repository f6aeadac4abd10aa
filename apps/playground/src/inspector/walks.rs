//! Messages that belong together: a sign-in and what follows it.

use super::step::Step;
use super::store::Entry;

/// Whoever did nothing for this long begins something new.
const PAUSE_US: u64 = 3 * 60 * 1_000_000;

/// One walk through the flows.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// By the time at which the requests arrived.
    pub(super) entries: Vec<Entry>,
    /// The polls that found nothing in the meantime, without the checks of their tokens.
    pub(super) polls: Vec<Entry>,
}

/// Cuts what a view shows into walks, the oldest first.
pub(super) fn walks(entries: Vec<Entry>) -> Vec<Walk> {
    let (idle, busy): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.idle);
    let mut walks: Vec<Walk> = Vec::new();
    for entry in busy {
        match walks.last_mut().filter(|walk| walk.goes_on_with(&entry)) {
            Some(walk) => walk.entries.push(entry),
            None => walks.push(Walk { entries: vec![entry], polls: Vec::new() }),
        }
    }
    for entry in idle.into_iter().filter(|entry| Step::of(&entry.message) == Step::PendingReports) {
        let later = walks.iter().position(|walk| walk.began() > entry.message.started_us);
        let during = later.unwrap_or(walks.len()).saturating_sub(1);
        match walks.get_mut(during) {
            Some(walk) => walk.polls.push(entry),
            None => walks.push(Walk { entries: Vec::new(), polls: vec![entry] }),
        }
    }
    walks
}

impl Walk {
    pub(super) fn began(&self) -> u64 {
        self.entries.first().or(self.polls.first()).map_or(0, |entry| entry.message.started_us)
    }

    /// Whether `entry`, which is later than all of the walk, is a part of it.
    fn goes_on_with(&self, entry: &Entry) -> bool {
        let end = |entry: &Entry| entry.message.started_us.saturating_add(entry.message.took_us);
        let last = self.entries.iter().map(end).max().unwrap_or(0);
        let pause = entry.message.started_us.saturating_sub(last) > PAUSE_US;
        // Whoever opens the client's start page and then signs in does one thing.
        let only_looked = self.entries.iter().all(|entry| Step::of(&entry.message) == Step::ClientHome);
        !pause && (only_looked || !Step::of(&entry.message).begins_a_walk())
    }
}

#[cfg(test)]
mod tests {
    use auth_core::wire::Message;

    use super::*;
    use crate::inspector::store::Store;
    use crate::inspector::tests::walk::{at, idle_round};
    use crate::inspector::view::View;

    const SECOND: u64 = 1_000_000;

    fn cut(messages: impl IntoIterator<Item = Message>) -> Vec<(Vec<String>, usize)> {
        let store = Store::default();
        messages.into_iter().for_each(|message| store.add(message));
        let walks = walks(store.entries(&View::Everything));
        let paths = |walk: &Walk| walk.entries.iter().map(|entry| entry.message.path.clone()).collect();
        walks.iter().map(|walk| (paths(walk), walk.polls.len())).collect()
    }

    fn client(seconds: u64, path: &str) -> Message {
        at(seconds * SECOND, "browser", "authorization-code-client", "GET", path)
    }

    #[test]
    fn a_sign_in_begins_a_walk_with_the_start_page_before_it() {
        let walks = cut([
            client(0, "/"),
            client(1, "/login"),
            client(2, "/callback"),
            client(3, "/"),
            client(4, "/login"),
        ]);
        let paths: Vec<_> = walks.into_iter().map(|(paths, _)| paths.join(" ")).collect();
        assert_eq!(paths, ["/ /login /callback /", "/login"]);
    }

    #[test]
    fn a_pause_begins_a_walk() {
        let walks = cut([client(0, "/notes"), client(180, "/notes"), client(400, "/notes")]);
        assert_eq!(walks.iter().map(|(paths, _)| paths.len()).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn polls_that_found_nothing_belong_to_the_walk_in_which_they_happen_and_lengthen_none() {
        let mut messages = vec![client(0, "/notes"), client(1_000, "/notes")];
        messages.extend((0..400).step_by(3).flat_map(|second| idle_round(second * SECOND)));
        messages.extend(idle_round(1_001 * SECOND));
        let walks = cut(messages);
        assert_eq!(
            walks.iter().map(|(paths, polls)| (paths.len(), *polls)).collect::<Vec<_>>(),
            [(1, 134), (1, 1)]
        );
    }

    #[test]
    fn polls_alone_are_a_walk_too() {
        let walks = cut((0..5).flat_map(|round| idle_round(round * SECOND)));
        assert_eq!(walks, [(Vec::new(), 5)]);
    }
}
