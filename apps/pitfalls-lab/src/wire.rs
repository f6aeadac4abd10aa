//! What went over the wire between the parties of a twin, for the console and for `--explain`.

mod kept;

use std::sync::Mutex;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use crate::lock;

use kept::Kept;
pub(crate) use kept::Moment;

/// Names the sender of a request to the wire view; no party looks at it.
pub(crate) const ACTOR: &str = "x-lab-actor";

/// More of a body than this is not shown.
const SHOWN: usize = 4096;

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Who sent it: `attacker`, `victim`, `client`, `browser` for a real one, or a program by its name (`curl`).
    pub from: String,
    /// The host that it went to.
    pub to: String,
    /// The request, line by line.
    pub request: Vec<String>,
    /// The answer, line by line; empty while there is none.
    pub response: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Wire(Mutex<Kept>);

/// A request on its way. If its sender hangs up, this is dropped before there is an answer.
struct Awaited<'a> {
    wire: &'a Wire,
    number: usize,
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        lock(&self.wire.0).end_of(self.number);
    }
}

impl Wire {
    pub(crate) fn all(&self) -> Vec<Exchange> {
        lock(&self.0).all()
    }

    /// Where each message stands to the exploit's end.
    pub(crate) fn moments(&self) -> Vec<Moment> {
        lock(&self.0).moments()
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// The exploit has ended: what is answered or sent from here on is no part of it. The first one to say so is
    /// right.
    pub(crate) fn exploit_ended(&self) {
        lock(&self.0).exploit_ended();
    }

    /// Records a request on its way to the handlers, and the answer on its way back.
    pub(crate) async fn record(&self, request: Request, next: Next) -> Response {
        // What a page looks like matters to nobody here.
        if request.uri().path().starts_with("/assets/") {
            return next.run(request).await;
        }
        let (head, body) = request.into_parts();
        let Ok(body) = to_bytes(body, 64 * 1024).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        let mut lines = vec![format!("{} {} HTTP/1.1", head.method, head.uri)];
        lines.extend(shown(&head.headers));
        lines.extend(shown_body(&body));
        let exchange = Exchange {
            from: sender(&head.headers).to_owned(),
            to: text(&head.headers, "host").unwrap_or_default().to_owned(),
            request: lines,
            response: Vec::new(),
        };
        let number = lock(&self.0).push(exchange);
        let _awaited = Awaited { wire: self, number };
        let response = next.run(Request::from_parts(head, Body::from(body))).await;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 1024 * 1024).await.unwrap_or_default();
        let mut lines = vec![format!("HTTP/1.1 {}", head.status)];
        lines.extend(shown(&head.headers));
        lines.extend(shown_body(&body));
        lock(&self.0).answer(number, lines);
        Response::from_parts(head, Body::from(body))
    }
}

fn sender(headers: &HeaderMap) -> &str {
    let product = || text(headers, "user-agent").and_then(|agent| agent.split(['/', ' ']).next());
    match text(headers, ACTOR) {
        Some(actor) => actor,
        None => match product().unwrap_or_default() {
            "Mozilla" => "browser",
            // Of the parties, the client alone calls others.
            "auth-core" => "client",
            "" => "unknown",
            program => program,
        },
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The headers that a lesson can be about; the rest is noise on a projector.
fn shown(headers: &HeaderMap) -> impl Iterator<Item = String> {
    const SHOWN: [&str; 15] = [
        "host",
        "authorization",
        "cookie",
        "origin",
        "sec-fetch-site",
        "referer",
        "x-forwarded-for",
        "forwarded",
        "content-type",
        "location",
        "set-cookie",
        "www-authenticate",
        "retry-after",
        "cache-control",
        "content-security-policy",
    ];
    SHOWN.into_iter().flat_map(move |name| {
        headers
            .get_all(name)
            .iter()
            .map(move |value| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
    })
}

fn shown_body(body: &Bytes) -> Vec<String> {
    if body.is_empty() {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(body);
    // Of a page, its inside: the layout is the same everywhere.
    let text = text.split_once("</p>\n<section class=\"card\">\n").map_or(&*text, |(_, inside)| inside);
    let text = text.split_once("</main>").map_or(text, |(inside, _)| inside);
    let cut: String = text.chars().take(SHOWN).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    std::iter::once(String::new()).chain(format!("{cut}{more}").lines().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn the_sender_is_named_by_itself_or_by_its_program() {
        let of = |headers: &[(&'static str, &'static str)]| {
            let headers = headers.iter().map(|(name, value)| {
                (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
            });
            sender(&headers.collect()).to_owned()
        };
        assert_eq!(of(&[(ACTOR, "victim"), ("user-agent", "auth-core/0.1.0")]), "victim");
        assert_eq!(of(&[("user-agent", "auth-core/0.1.0")]), "client");
        assert_eq!(of(&[("user-agent", "Mozilla/5.0 (X11; Linux x86_64)")]), "browser");
        assert_eq!(of(&[("user-agent", "curl/8.5.0")]), "curl");
        assert_eq!(of(&[]), "unknown");
    }
}
