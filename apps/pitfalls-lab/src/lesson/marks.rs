//! Which lines of a wire view matter: what `[[decisive]]` in `lesson.toml` means.

use serde::Deserialize;

use super::Meta;
use crate::cli::Side;
use crate::twin::Exchange;

/// A line of the wire view that matters.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisive {
    /// What the line contains, in any case of letters.
    pub contains: String,
    /// The line is that, and nothing more.
    #[serde(default)]
    pub whole: bool,
    /// Where it matters; on both twins, if nothing is said.
    pub on: Option<On>,
    /// Which of the messages with such a line: 1 is the first, -1 the last. All, if nothing is said.
    pub nth: Option<isize>,
    /// Why it matters.
    pub why: String,
    /// Which citation says so, by its text.
    pub clause: String,
    /// What matters of a token in this line: names in its header and among its claims.
    #[serde(default)]
    pub claims: Vec<String>,
}

/// The twin that a mark is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum On {
    /// The one with the hole.
    Vulnerable,
    /// The one without it.
    Hardened,
}

impl From<Side> for On {
    fn from(side: Side) -> Self {
        match side {
            Side::Vulnerable => Self::Vulnerable,
            Side::Hardened => Self::Hardened,
        }
    }
}

impl Decisive {
    fn is_in(&self, line: &str) -> bool {
        let (line, wanted) = (line.to_lowercase(), self.contains.to_lowercase());
        if self.whole { line == wanted } else { line.contains(&wanted) }
    }

    /// The messages that it marks, by their position.
    fn messages(&self, wire: &[Exchange]) -> Vec<usize> {
        let lines = |exchange: &Exchange| {
            exchange.request.iter().chain(&exchange.response).any(|line| self.is_in(line))
        };
        let all: Vec<usize> =
            wire.iter().enumerate().filter(|(_, exchange)| lines(exchange)).map(|(index, _)| index).collect();
        match self.nth {
            None => all,
            Some(nth) if nth < 0 => {
                all.iter().rev().nth(nth.unsigned_abs() - 1).copied().into_iter().collect()
            }
            Some(nth) => all.get(nth.unsigned_abs().wrapping_sub(1)).copied().into_iter().collect(),
        }
    }
}

/// The marks on the messages of one twin.
#[derive(Debug)]
pub struct Marks<'a>(Vec<(&'a Decisive, Vec<usize>)>);

impl Meta {
    /// The marks on these messages of this twin.
    #[must_use]
    pub fn marks(&self, on: On, wire: &[Exchange]) -> Marks<'_> {
        let here = self.decisive.iter().filter(|decisive| decisive.on.is_none_or(|only| only == on));
        Marks(here.map(|decisive| (decisive, decisive.messages(wire))).collect())
    }
}

impl<'a> Marks<'a> {
    /// Why this line of the message at this position matters, if it does.
    #[must_use]
    pub fn of(&self, message: usize, line: &str) -> Option<&'a Decisive> {
        let mark = self.0.iter().find(|(decisive, at)| at.contains(&message) && decisive.is_in(line));
        mark.map(|(decisive, _)| *decisive)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::lessons;

    #[test]
    fn a_mark_is_on_its_twin_and_on_the_message_that_is_meant() {
        let mut meta = lessons::find("code-replay").unwrap().meta.clone();
        let of_lesson = meta.decisive[0].clone();
        let wire: Vec<Exchange> =
            ["POST /token", "grant_type=authorization_code", "and grant_type=authorization_code"]
                .map(|line| Exchange {
                    from: String::new(),
                    to: String::new(),
                    request: vec![line.to_owned()],
                    response: Vec::new(),
                })
                .to_vec();
        for (on, nth, whole, expected) in [
            (None, None, false, vec![1, 2]),
            (None, Some(1), false, vec![1]),
            (None, Some(2), false, vec![2]),
            (None, Some(-1), false, vec![2]),
            (None, Some(3), false, vec![]),
            (None, Some(0), false, vec![]),
            (None, None, true, vec![1]),
            (Some(On::Hardened), None, false, vec![]),
        ] {
            meta.decisive = vec![Decisive { on, nth, whole, ..of_lesson.clone() }];
            let marks = meta.marks(On::Vulnerable, &wire);
            let marked: Vec<usize> = (0..wire.len())
                .filter(|index| marks.of(*index, &wire[*index].request[0]).is_some())
                .collect();
            assert_eq!(marked, expected, "{on:?} {nth:?} {whole}");
        }
    }
}
