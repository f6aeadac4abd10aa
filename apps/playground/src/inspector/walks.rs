//! Messages that belong together: a sign-in and what follows it.

mod name;

use super::recorded::Recorded;
use super::step::{Step, is_stopped};
use super::store::Entry;

/// Whoever did nothing for this long begins something new.
const PAUSE_US: u64 = 3 * 60 * 1_000_000;

/// One walk through the flows, by one browser or by the programs: whoever looks on, it is the same walk.
#[derive(Debug)]
pub(super) struct Walk {
    /// The id of its first message.
    pub(super) id: String,
    /// When that arrived: microseconds since 1970, UTC.
    pub(super) began: u64,
    browser: Option<String>,
    /// By the time at which the requests arrived.
    pub(super) entries: Vec<Entry>,
    /// How many came before those, and are not drawn.
    pub(super) left_out: usize,
    /// The polls that found nothing in the meantime, without the checks of their tokens.
    pub(super) polls: Vec<Entry>,
}

/// Cuts what a view shows into walks. The one in which something happened last comes last.
pub(super) fn walks(entries: Vec<Entry>) -> Vec<Walk> {
    let (idle, busy): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.idle);
    let mut walks: Vec<Walk> = Vec::new();
    for entry in busy {
        let last = walks.iter_mut().rev().find(|walk| walk.browser == entry.message.browser);
        match last.filter(|walk| walk.goes_on_with(&entry)) {
            Some(walk) => walk.entries.push(entry),
            None => walks.push(Walk { entries: vec![entry.clone()], ..Walk::beginning_with(&entry) }),
        }
    }
    for entry in idle.into_iter().filter(|entry| Step::of(&entry.message) == Step::PendingReports) {
        let mut of_programs: Vec<_> = walks.iter_mut().filter(|walk| walk.browser.is_none()).collect();
        let later = of_programs.iter().position(|walk| walk.began > entry.message.started_us);
        let during = later.unwrap_or(of_programs.len()).saturating_sub(1);
        match of_programs.get_mut(during) {
            Some(walk) => walk.polls.push(entry),
            None => walks.push(Walk { polls: vec![entry.clone()], ..Walk::beginning_with(&entry) }),
        }
    }
    // Waiting is nothing that happened.
    walks.sort_by_key(|walk| walk.entries.last().map(|entry| entry.message.started_us));
    walks
}

/// Keeps the newest `most` messages and says how many others there were.
pub(super) fn newest(walks: &mut Vec<Walk>, mut most: usize) -> usize {
    for walk in walks.iter_mut().rev() {
        walk.left_out = walk.entries.len().saturating_sub(most);
        walk.entries.drain(..walk.left_out);
        most -= walk.entries.len();
    }
    let left_out = walks.iter().map(|walk| walk.left_out).sum();
    walks.retain(|walk| !walk.entries.is_empty() || walk.left_out == 0);
    left_out
}

impl Walk {
    fn beginning_with(first: &Entry) -> Walk {
        let message = &first.message;
        Walk {
            id: message.id.clone(),
            began: message.started_us,
            browser: message.browser.clone(),
            entries: Vec::new(),
            left_out: 0,
            polls: Vec::new(),
        }
    }

    /// What the reader calls the message at `index` of those that are drawn.
    pub(super) fn number(&self, index: usize) -> usize {
        self.left_out + index + 1
    }

    /// Whether `entry`, which is later than all of the walk, is a part of it.
    fn goes_on_with(&self, entry: &Entry) -> bool {
        let end = |entry: &Entry| entry.message.started_us.saturating_add(entry.message.took_us);
        let last = self.entries.iter().map(end).max().unwrap_or(0);
        let pause = entry.message.started_us.saturating_sub(last) > PAUSE_US;
        // Whoever opens the client's start page and then signs in does one thing.
        let only_looked = self.entries.iter().all(|entry| Step::of(&entry.message) == Step::ClientHome);
        let so_far = || Recorded::new(self.entries.iter().map(|entry| &*entry.message));
        let unasked = is_stopped(&entry.message) && !so_far().began(&entry.message);
        let begins = unasked || Step::of(&entry.message).begins_a_walk();
        !pause && (only_looked || !begins)
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
