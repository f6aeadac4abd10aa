//! The sequence diagram, as its template wants it.

use askama::Template;

use super::party::Party;
use super::recorded::Recorded;
use super::rows::{self, Place, Row};
use super::secrets::{self, Mark};
use super::step::{Step, outcome};
use super::store::Entry;
use super::times;
use super::view::Choice;
use super::walks::Walk;

/// All walks of a view, the newest first.
#[derive(Template)]
#[template(path = "inspector/diagram.html")]
pub(super) struct Diagram {
    walks: Vec<DrawnWalk>,
}

/// One walk.
struct DrawnWalk {
    id: String,
    title: &'static str,
    /// The name with which somebody signed in.
    who: Option<String>,
    began: String,
    messages: usize,
    /// Older walks are folded, unless they have the message that is open.
    unfolded: bool,
    lanes: Vec<Party>,
    rows: Vec<DrawnRow>,
    polls: Option<Polls>,
}

/// One arrow there, back, or both.
struct DrawnRow {
    id: String,
    href: String,
    number: usize,
    title: &'static str,
    method: String,
    path: String,
    from: Party,
    to: Party,
    /// The lane where the arrow begins or ends on the left, counted from 1, and how many it covers.
    at: usize,
    over: usize,
    leftwards: bool,
    depth: usize,
    busy: Vec<usize>,
    asks: bool,
    answers: bool,
    status: u16,
    tone: &'static str,
    outcome: String,
    brings: Vec<Mark>,
    returns: Vec<Mark>,
    open: bool,
}

/// Polls that found nothing, in one line.
struct Polls {
    times: String,
    last: String,
    href: String,
}

/// What the inspector calls a message in its links.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) id: String,
    pub(super) number: usize,
    pub(super) walk: usize,
    pub(super) title: &'static str,
    pub(super) href: String,
}

/// All messages of the walks, in their order, as links name them.
pub(super) fn references(walks: &[Walk], choice: Choice) -> Vec<Reference> {
    let all = walks.iter().enumerate().flat_map(|(walk, Walk { entries, .. })| {
        entries.iter().enumerate().map(move |(index, entry)| (walk, index, entry))
    });
    let reference = |(walk, index, entry): (usize, usize, &Entry)| Reference {
        id: entry.message.id.clone(),
        number: walks[walk].number(index),
        walk,
        title: Step::of(&entry.message).about().title,
        href: super::row_address(choice, &entry.message.id),
    };
    all.map(reference).collect()
}

/// `open` is the id of the message whose details are shown.
pub(super) fn draw(walks: &[Walk], recorded: &Recorded<'_>, choice: Choice, open: Option<&str>) -> Diagram {
    let drawn = walks.iter().enumerate().rev().map(|(index, walk)| {
        let lanes = lanes(walk);
        let row = |row: &Row| draw_row(row, walk, &lanes, recorded, choice, open);
        let rows: Vec<_> = rows::rows(&walk.entries).iter().map(row).collect();
        let newest = index + 1 == walks.len();
        DrawnWalk {
            id: walk.id.clone(),
            title: walk.title(recorded),
            who: walk.who().map(str::to_owned),
            began: times::clock(walk.began),
            messages: walk.left_out + walk.entries.len(),
            unfolded: newest || rows.iter().any(|row| row.open),
            lanes,
            rows,
            polls: polls(walk, choice),
        }
    });
    Diagram { walks: drawn.collect() }
}

/// The parties that occur, in their order.
fn lanes(walk: &Walk) -> Vec<Party> {
    let messages = walk.entries.iter().map(|entry| &entry.message);
    let mut lanes: Vec<_> =
        messages.flat_map(|message| [Party::of(&message.from), Party::of(&message.to)]).collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}

fn draw_row(
    row: &Row,
    walk: &Walk,
    lanes: &[Party],
    recorded: &Recorded<'_>,
    choice: Choice,
    open: Option<&str>,
) -> DrawnRow {
    let Place { message: index, depth, busy } = row.place();
    let message = &walk.entries[*index].message;
    let step = Step::of(message);
    let (from, to) = (Party::of(&message.from), Party::of(&message.to));
    let lane = |party: &Party| lanes.iter().position(|lane| lane == party).unwrap_or(0) + 1;
    let (asks, answers) = (!matches!(row, Row::Answer(_)), !matches!(row, Row::Request(_)));
    DrawnRow {
        id: message.id.clone(),
        href: super::row_address(choice, &message.id),
        number: walk.number(*index),
        title: step.about().title,
        method: message.method.clone(),
        path: message.path.clone(),
        from,
        to,
        at: lane(&from).min(lane(&to)),
        over: lane(&from).abs_diff(lane(&to)) + 1,
        leftwards: lane(&from) > lane(&to),
        depth: (*depth).min(4),
        busy: busy.iter().map(lane).collect(),
        asks,
        answers,
        status: message.status,
        tone: tone(message.status),
        outcome: outcome(message, step, recorded),
        brings: secrets::asked(message),
        returns: secrets::answered(message),
        open: open == Some(message.id.as_str()),
    }
}

/// The class of a status.
pub(super) fn tone(status: u16) -> &'static str {
    match status {
        200..300 => "good",
        300..400 => "onward",
        400..500 => "refused",
        _ => "failed",
    }
}

fn polls(walk: &Walk, choice: Choice) -> Option<Polls> {
    let last = &walk.polls.last()?.message;
    let times = match walk.polls.len() {
        1 => "once".to_owned(),
        many => format!("{many} times"),
    };
    let (last, href) = (times::clock(last.started_us), super::address(choice, Some(&last.id)));
    Some(Polls { times, last, href })
}
