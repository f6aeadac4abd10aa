//! The rows of a walk: each message an arrow there and back; what happens in between is nested.

use std::sync::Arc;

use auth_core::wire::Message;

use super::party::Party;
use super::store::Entry;

/// A row of the diagram. Numbers of messages count from 0 within the walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    /// A request with its answer right behind it.
    Exchange(Place),
    /// A request whose answer comes after other messages.
    Request(Place),
    /// That answer.
    Answer(Place),
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) message: usize,
    /// How many messages it happens within.
    pub(super) depth: usize,
    /// The parties that are in the middle of answering something.
    pub(super) busy: Vec<Party>,
}

/// A request that waits for its answer.
struct Open {
    message: usize,
    row: usize,
    depth: usize,
    has_children: bool,
}

pub(super) fn rows(entries: &[Entry]) -> Vec<Row> {
    let messages: Vec<&Arc<Message>> = entries.iter().map(|entry| &entry.message).collect();
    let mut rows = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for (number, message) in messages.iter().enumerate() {
        close(&mut open, &mut rows, &messages, Some(message.started_us));
        let parent = open.iter().rposition(|one| is_within(message, messages[one.message]));
        if let Some(parent) = parent.and_then(|parent| open.get_mut(parent)) {
            parent.has_children = true;
            let place = rows[parent.row].place().clone();
            rows[parent.row] = Row::Request(place);
        }
        let depth = parent.map_or(0, |parent| open[parent].depth + 1);
        let busy = busy(&open, &messages);
        open.push(Open { message: number, row: rows.len(), depth, has_children: false });
        rows.push(Row::Exchange(Place { message: number, depth, busy }));
    }
    close(&mut open, &mut rows, &messages, None);
    rows
}

/// Ends what was answered before `time`, or everything; in the order of the answers.
fn close(open: &mut Vec<Open>, rows: &mut Vec<Row>, messages: &[&Arc<Message>], time: Option<u64>) {
    loop {
        let ended = |one: &Open| time.is_none_or(|time| end(messages[one.message]) < time);
        let next = open.iter().enumerate().filter(|(_, one)| ended(one));
        // Of two that end at once the inner one is first.
        let next = next.min_by_key(|(_, one)| (end(messages[one.message]), std::cmp::Reverse(one.depth)));
        let Some(position) = next.map(|(position, _)| position) else { return };
        let Open { message, depth, has_children, .. } = open.remove(position);
        if has_children {
            rows.push(Row::Answer(Place { message, depth, busy: busy(open, messages) }));
        }
    }
}

fn busy(open: &[Open], messages: &[&Arc<Message>]) -> Vec<Party> {
    open.iter().filter(|one| one.has_children).map(|one| Party::of(&messages[one.message].to)).collect()
}

/// Whether a party made this request while it answered the other, for the same browser.
fn is_within(inner: &Message, outer: &Message) -> bool {
    inner.from == outer.to
        && inner.browser == outer.browser
        && inner.started_us >= outer.started_us
        && inner.started_us <= end(outer)
}

fn end(message: &Message) -> u64 {
    message.started_us.saturating_add(message.took_us)
}

impl Row {
    pub(super) fn place(&self) -> &Place {
        match self {
            Row::Exchange(place) | Row::Request(place) | Row::Answer(place) => place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspector::store::Store;
    use crate::inspector::tests::walk::at;
    use crate::inspector::view::View;

    const CLIENT: &str = "authorization-code-client";
    const SERVER: &str = "authorization-server";
    const API: &str = "resource-api";

    fn message(started: u64, took: u64, from: &str, to: &str) -> Message {
        Message { took_us: took, ..at(started, from, to, "GET", "/") }
    }

    fn shape(messages: impl IntoIterator<Item = Message>) -> String {
        let store = Store::default();
        messages.into_iter().for_each(|message| store.add(message));
        let rows = rows(&store.entries(&View::Everything));
        let word = |row: &Row| {
            let sign = match row {
                Row::Exchange(_) => '=',
                Row::Request(_) => '>',
                Row::Answer(_) => '<',
            };
            let Place { message, depth, busy } = row.place();
            format!("{sign}{message}.{depth}.{}", busy.len())
        };
        rows.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_a_party_asks_while_it_answers_is_nested() {
        let rows = shape([
            message(0, 10, "browser", CLIENT),
            message(20, 100, "browser", CLIENT),
            message(30, 60, CLIENT, API),
            message(40, 20, API, SERVER),
            message(100, 10, CLIENT, SERVER),
            message(200, 10, "browser", SERVER),
        ]);
        assert_eq!(rows, "=0.0.0 >1.0.0 >2.1.1 =3.2.2 <2.1.1 =4.1.1 <1.0.0 =5.0.0");
    }

    #[test]
    fn what_happens_beside_it_is_not() {
        // Another browser's call, and a program's, while the client answers.
        let other = |message: Message| Message { browser: Some("other".to_owned()), ..message };
        let rows = shape([
            message(0, 100, "browser", CLIENT),
            other(message(10, 10, CLIENT, SERVER)),
            message(30, 10, "program", API),
            message(120, 10, CLIENT, SERVER),
        ]);
        assert_eq!(rows, "=0.0.0 =1.0.0 =2.0.0 =3.0.0");
    }

    #[test]
    fn an_answer_that_is_not_there_yet_leaves_its_parts_alone() {
        let rows = shape([message(30, 60, CLIENT, SERVER), message(40, 20, CLIENT, SERVER)]);
        assert_eq!(rows, "=0.0.0 =1.0.0");
    }
}
