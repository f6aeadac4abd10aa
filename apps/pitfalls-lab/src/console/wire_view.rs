//! The wire view: what went between the parties of a twin, with the lines that matter marked.

use std::collections::BTreeSet;

use crate::lesson::{Decisive, Lesson};
use crate::twin::{Exchange, Twin};

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
}

/// A line of it.
pub(super) struct Line {
    pub(super) text: String,
    /// Why it matters and the address of the rule, if it does.
    pub(super) decisive: Option<(Decisive, String)>,
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
}

/// The messages of a twin since its last reset.
pub(super) fn messages(lesson: &Lesson, twin: &Twin) -> Vec<Message> {
    let exchanges = twin.wire().into_iter().filter(|exchange| !is_decoration(exchange));
    let mut messages: Vec<Message> =
        exchanges.enumerate().map(|(index, exchange)| message(lesson, index + 1, exchange)).collect();
    // Twenty equal requests need not all be open.
    let mut seen = BTreeSet::new();
    for message in &mut messages {
        let new: Vec<String> = message.decisive().map(|decisive| decisive.contains.clone()).collect();
        message.open = new.into_iter().filter(|decisive| seen.insert(decisive.clone())).count() > 0;
    }
    messages
}

/// What a real browser loads besides: the stylesheet and the icon.
fn is_decoration(exchange: &Exchange) -> bool {
    let path = exchange.request.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    path.starts_with("/assets/") || path == "/favicon.ico"
}

fn message(lesson: &Lesson, number: usize, exchange: Exchange) -> Message {
    let lines = |lines: &[String]| lines.iter().map(|text| line(lesson, text)).collect();
    let first = exchange.request.first().map(String::as_str).unwrap_or_default();
    let status = exchange.response.first().map(String::as_str).unwrap_or("no answer yet");
    Message {
        number,
        summary: shortened(first.strip_suffix(" HTTP/1.1").unwrap_or(first)),
        status: status.strip_prefix("HTTP/1.1 ").unwrap_or(status).to_owned(),
        request: lines(&exchange.request),
        response: lines(&exchange.response),
        open: false,
        from: exchange.from,
        to: exchange.to,
    }
}

fn line(lesson: &Lesson, text: &str) -> Line {
    let meta = &lesson.meta;
    let decisive = meta.decisive_for(text).cloned().map(|decisive| {
        let url = meta.citations.iter().find(|citation| citation.text == decisive.clause);
        let url = url.map(|citation| citation.url.clone()).unwrap_or_default();
        (decisive, url)
    });
    Line { text: text.to_owned(), decisive }
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

    #[test]
    fn a_message_is_one_short_line_until_it_is_opened() {
        let lesson = lessons::find("redirect-uri-prefix").unwrap();
        let long = format!("GET /authorize?x={} HTTP/1.1", "a".repeat(500));
        let message = message(lesson, 3, exchange(&long));
        assert_eq!(message.summary, "GET /authorize?…");
        assert_eq!(shortened(&format!("GET /{}", "a".repeat(500))).chars().count(), 61);
        assert_eq!(message.status, "303 See Other");
        assert_eq!(message.request[0].text, long, "opened, nothing is missing");
        assert!(message.is_decisive() && message.response[1].decisive.is_some());
    }

    #[test]
    fn the_stylesheet_is_no_message_of_the_protocol() {
        assert!(is_decoration(&exchange("GET /assets/site-1.css HTTP/1.1")));
        assert!(!is_decoration(&exchange("GET /app.js HTTP/1.1")));
    }
}
