//! One message with everything that can be said about it.

use askama::Template;
use auth_core::wire::{Body, Field, Handler, Message};
use axum::http::StatusCode;

use super::diagram::{Reference, tone};
use super::fields::{DrawnField, Reading, place};
use super::glossary::Context;
use super::party::Party;
use super::recorded::Recorded;
use super::step::{About, Step, outcome};
use super::times;

/// The details of a message.
#[derive(Template)]
#[template(path = "inspector/message.html")]
pub(super) struct Detail<'a> {
    message: &'a Message,
    /// Its number in its walk; none for a folded poll.
    own: Option<&'a Reference>,
    before: Option<&'a Reference>,
    after: Option<&'a Reference>,
    /// Back to the diagram.
    close: String,
    about: About,
    outcome: String,
    from: Party,
    to: Party,
    tone: &'static str,
    reason: &'static str,
    at: String,
    took: String,
    query: Vec<DrawnField>,
    request: DrawnPart,
    response: DrawnPart,
    handlers: &'a [Handler],
}

/// The headers and the body of a request, or of an answer.
struct DrawnPart {
    headers: Vec<DrawnField>,
    /// Those that have little to do with what the inspector is about.
    more_headers: Vec<DrawnField>,
    body: Vec<DrawnField>,
    /// What is said of a body that has no parts.
    body_note: Option<String>,
}

impl Detail<'_> {
    /// For the page's own title.
    pub(super) fn title(&self) -> &'static str {
        self.about.title
    }
}

pub(super) fn detail<'a>(
    message: &'a Message,
    reading: &Reading<'a>,
    recorded: &Recorded<'_>,
    close: String,
) -> Detail<'a> {
    let step = Step::of(message);
    let neighbour = |index: Option<usize>| index.and_then(|index| reading.references.get(index));
    let own = neighbour(reading.own);
    let in_walk = |other: &&Reference| own.is_some_and(|own| own.walk == other.walk);
    let request = (step.request_body(), message.request_headers.as_slice(), &message.request_body);
    let response = (step.response_body(), message.response_headers.as_slice(), &message.response_body);
    Detail {
        message,
        own,
        before: neighbour(reading.own.and_then(|own| own.checked_sub(1))).filter(in_walk),
        after: neighbour(reading.own.map(|own| own + 1)).filter(in_walk),
        close,
        about: step.about(),
        outcome: outcome(message, step, recorded),
        from: Party::of(&message.from),
        to: Party::of(&message.to),
        tone: tone(message.status),
        reason: reason(message.status),
        at: times::clock(message.started_us),
        took: times::took(message.took_us),
        query: reading.all(step.query(message.status), &message.query),
        request: part(reading, Context::RequestHeader, request),
        response: part(reading, Context::ResponseHeader, response),
        handlers: &message.handlers,
    }
}

/// The words beside a status.
fn reason(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or_default()
}

fn part(
    reading: &Reading<'_>,
    headers_are: Context,
    (body_is, headers, body): (Option<Context>, &[Field], &Body),
) -> DrawnPart {
    let (mut central, more): (Vec<_>, Vec<_>) =
        headers.iter().partition(|field| place(&field.name).is_some());
    central.sort_by_key(|field| place(&field.name));
    let draw =
        |fields: Vec<&Field>| fields.iter().map(|field| reading.one(Some(headers_are), field)).collect();
    let mut fields = Vec::new();
    let body_note = match body {
        Body::Empty => None,
        Body::Form(form) => {
            fields = reading.all(body_is, form);
            None
        }
        // An empty array or object.
        Body::Json(json) if json.iter().all(|field| field.name.is_empty()) => {
            Some("JSON with nothing in it.".to_owned())
        }
        Body::Json(json) => {
            fields = reading.all(body_is, json);
            None
        }
        Body::Page { title: Some(title), bytes } => {
            Some(format!("A page of {bytes} bytes, \u{201c}{title}\u{201d}. Its content is not recorded."))
        }
        Body::Page { title: None, bytes } => {
            Some(format!("A page of {bytes} bytes. Its content is not recorded."))
        }
        Body::Other { content_type, bytes } => {
            let bytes = bytes.map(|bytes| format!(", {bytes} bytes")).unwrap_or_default();
            Some(format!("{content_type}{bytes}. Its content is not recorded."))
        }
    };
    DrawnPart { headers: draw(central), more_headers: draw(more), body: fields, body_note }
}
