//! The wire view: what went between the parties of a twin, with the lines that matter marked.

use std::collections::BTreeSet;

use super::token::{Token, tokens};
use crate::cli::Side;
use crate::lesson::{Decisive, Lesson, Marks};
use crate::twin::{Exchange, Twin};
use crate::wire::Moment;

/// One request and its answer.
pub(super) struct Message {
    pub(super) number: usize,
    pub(super) from: String,
    pub(super) to: String,
    /// What fits into one line of the closed message: method and path, shortened, and the status.
    pub(super) summary: String,
    pub(super) status: String,
    pub(super) request: Vec<Line>,
    pub(super) response: Vec<Line>,
    /// Whether it is shown open: it is the first one with a line that matters in this way.
    pub(super) open: bool,
    /// Whether it is the first one that was sent after the exploit.
    pub(super) first_afterwards: bool,
    moment: Moment,
}

/// A line of it.
pub(super) struct Line {
    pub(super) text: String,
    /// Why it matters and the address of the rule, if it does.
    pub(super) decisive: Option<(Decisive, String)>,
    /// The tokens in it, decoded, if it matters.
    pub(super) tokens: Vec<Token>,
}

impl Message {
    fn decisive(&self) -> impl Iterator<Item = &Decisive> {
        let lines = self.request.iter().chain(&self.response);
        lines.filter_map(|line| line.decisive.as_ref().map(|(decisive, _)| decisive))
    }

    /// Whether one of its lines matters.
    pub(super) fn is_decisive(&self) -> bool {
        self.decisive().next().is_some()
    }

    /// Whether the answer came too late to be a part of the exploit.
    pub(super) const fn is_late(&self) -> bool {
        self.moment.answered_late
    }
}

/// The messages of a twin since its last reset.
pub(super) fn messages(lesson: &Lesson, side: Side, twin: &Twin) -> Vec<Message> {
    let (exchanges, moments): (Vec<Exchange>, Vec<Moment>) =
        twin.wire().into_iter().zip(twin.moments()).filter(|(exchange, _)| !is_decoration(exchange)).unzip();
    let marks = lesson.meta.marks(side.into(), &exchanges);
    let mut messages: Vec<Message> = exchanges
        .iter()
        .zip(moments)
        .enumerate()
        .map(|(index, (exchange, moment))| message(lesson, &marks, index, exchange, moment))
        .collect();
    // Twenty equal requests need not all be open.
    let mut seen = BTreeSet::new();
    for message in &mut messages {
        let new: Vec<String> = message.decisive().map(|decisive| decisive.why.clone()).collect();
        message.open = new.into_iter().filter(|decisive| seen.insert(decisive.clone())).count() > 0;
    }
    if let Some(first) = messages.iter_mut().find(|message| message.moment.afterwards) {
        first.first_afterwards = true;
    }
    messages
}

/// What a real browser loads besides: the stylesheet and the icon.
fn is_decoration(exchange: &Exchange) -> bool {
    let path = exchange.request.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    path.starts_with("/assets/") || path == "/favicon.ico"
}

fn message(lesson: &Lesson, marks: &Marks<'_>, index: usize, exchange: &Exchange, moment: Moment) -> Message {
    let lines = |lines: &[String]| lines.iter().map(|text| line(lesson, marks, index, text)).collect();
    let first = exchange.request.first().map(String::as_str).unwrap_or_default();
    let from = sender(exchange, moment);
    Message {
        number: index + 1,
        summary: shortened(first.strip_suffix(" HTTP/1.1").unwrap_or(first)),
        status: status(exchange, moment, from),
        request: lines(&exchange.request),
        response: lines(&exchange.response),
        open: false,
        first_afterwards: false,
        from: from.to_owned(),
        to: exchange.to.clone(),
        moment,
    }
}

/// In an exploit nobody but the victim has a real browser, so what that sends is the victim's, as what her
/// programs send is.
fn sender(exchange: &Exchange, moment: Moment) -> &str {
    if moment.of_the_exploit && exchange.from == "browser" { "victim" } else { &exchange.from }
}

fn status(exchange: &Exchange, moment: Moment, from: &str) -> String {
    match exchange.response.first().map(|line| line.strip_prefix("HTTP/1.1 ").unwrap_or(line)) {
        Some(status) if moment.answered_late => format!("no answer during the exploit; afterwards {status}"),
        Some(status) => status.to_owned(),
        None if moment.given_up => format!("no answer: the {from} gave up"),
        None => "no answer yet".to_owned(),
    }
}

fn line(lesson: &Lesson, marks: &Marks<'_>, message: usize, text: &str) -> Line {
    let meta = &lesson.meta;
    let decisive = marks.of(message, text).cloned().map(|decisive| {
        let url = meta.citations.iter().find(|citation| citation.text == decisive.clause);
        let url = url.map(|citation| citation.url.clone()).unwrap_or_default();
        (decisive, url)
    });
    let tokens = decisive.as_ref().map(|(decisive, _)| tokens(text, &decisive.claims)).unwrap_or_default();
    Line { text: text.to_owned(), decisive, tokens }
}

/// The query of a request is for the opened message.
fn shortened(request_line: &str) -> String {
    const SHOWN: usize = 60;
    let (text, more) = match request_line.split_once('?') {
        Some((path, _)) => (path, "?…"),
        None => (request_line, ""),
    };
    let cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { format!("{cut}{more}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::lessons;

    fn exchange(first: &str) -> Exchange {
        Exchange {
            from: "browser".to_owned(),
            to: "as.localhost:9401".to_owned(),
            request: vec![first.to_owned()],
            response: vec![
                "HTTP/1.1 303 See Other".to_owned(),
                "location: http://client.localhost.evil.localhost:9404/spa?code=x".to_owned(),
            ],
        }
    }

    fn shown(exchange: Exchange, moment: Moment) -> Message {
        let lesson = lessons::find("redirect-uri-prefix").unwrap();
        let exchanges = [exchange];
        let marks = lesson.meta.marks(Side::Vulnerable.into(), &exchanges);
        message(lesson, &marks, 0, &exchanges[0], moment)
    }

    #[test]
    fn a_message_is_one_short_line_until_it_is_opened() {
        let long = format!("GET /authorize?x={} HTTP/1.1", "a".repeat(500));
        let message = shown(exchange(&long), Moment::default());
        assert_eq!(message.summary, "GET /authorize?…");
        assert_eq!(shortened(&format!("GET /{}", "a".repeat(500))).chars().count(), 61);
        assert_eq!(message.status, "303 See Other");
        assert_eq!(message.request[0].text, long, "opened, nothing is missing");
        assert!(message.is_decisive() && message.response[1].decisive.is_some());
    }

    #[test]
    fn who_gave_up_and_what_came_too_late_is_said() {
        let of_the_exploit = Moment { of_the_exploit: true, ..Moment::default() };
        let late = Moment { answered_late: true, ..of_the_exploit };
        let late = shown(exchange("GET /callback HTTP/1.1"), late);
        assert_eq!(late.status, "no answer during the exploit; afterwards 303 See Other");
        assert_eq!(late.from, "victim", "the only real browser in an exploit is hers");
        let silent =
            || Exchange { from: "client".to_owned(), response: Vec::new(), ..exchange("POST /token") };
        let given_up = shown(silent(), Moment { given_up: true, ..of_the_exploit });
        assert_eq!(given_up.status, "no answer: the client gave up");
        assert_eq!(shown(silent(), of_the_exploit).status, "no answer yet");
        assert_eq!(
            shown(exchange("GET / HTTP/1.1"), Moment::default()).from,
            "browser",
            "by hand, it is yours"
        );
    }

    #[test]
    fn the_stylesheet_is_no_message_of_the_protocol() {
        assert!(is_decoration(&exchange("GET /assets/site-1.css HTTP/1.1")));
        assert!(!is_decoration(&exchange("GET /app.js HTTP/1.1")));
    }
}
