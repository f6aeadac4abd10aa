//! Records what a watched server is asked and answers, for [`crate::wire`].

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue, header};

use super::shell::Shell;
use crate::loopback::is_to_loopback;
use crate::secret::random_id;
use crate::wire::{self, Body, Exchange, Message, Wire};

/// A longer body is not kept.
pub(super) const LONGEST: u64 = 1024 * 1024;

/// What pages load besides: it has nothing to do with OAuth.
const FURNITURE: [&str; 9] = ["css", "js", "map", "png", "svg", "ico", "woff", "woff2", "webmanifest"];

/// One request that is being recorded.
pub(super) struct Recording {
    wire: Wire,
    exchange: Exchange,
    began: Instant,
    message: Message,
    /// For a browser that has no name yet.
    cookie: Option<HeaderValue>,
}

impl Shell {
    /// Begins to record a request, if this server is watched and the request is one from this machine to this
    /// machine. Otherwise nothing is copied.
    pub(super) fn record(
        &self,
        method: &str,
        path: &str,
        query: &str,
        authority: Option<&str>,
        headers: impl FnOnce() -> HeaderMap,
    ) -> Option<Recording> {
        let wire = self.wire.get()?.clone();
        let furniture = path.rsplit_once('.').is_some_and(|(_, end)| FURNITURE.contains(&end));
        let headers = (!furniture).then(headers)?;
        // What comes in from elsewhere is not recorded, whatever the setting says.
        if !is_to_loopback(&headers, authority) || is_loaded_by_another_site(&headers) {
            return None;
        }
        let named = cookie(&headers, wire::BROWSER_COOKIE).or_else(|| text(&headers, wire::BROWSER_HEADER));
        let named = named.filter(|name| {
            (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let (from, named) = match text(&headers, wire::FROM_HEADER) {
            Some(party) => (party, named),
            // Each browser sends this, and no other program does unless it is told to.
            None if headers.contains_key("sec-fetch-site") || named.is_some() => {
                ("browser".to_owned(), named)
            }
            None => ("program".to_owned(), None),
        };
        let (mut browser, mut cookie) = (named, None);
        if from == "browser" && browser.is_none() {
            let name = random_id(12);
            let value = format!("{}={name}; Path=/; HttpOnly; SameSite=Lax", wire::BROWSER_COOKIE);
            cookie = HeaderValue::from_str(&value).ok();
            browser = Some(name);
        }
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let message = Message {
            id: random_id(12),
            started_us: u64::try_from(since_1970.as_micros()).unwrap_or(u64::MAX),
            took_us: 0,
            browser: browser.clone(),
            from,
            to: wire.party().to_owned(),
            method: method.to_owned(),
            path: wire::path(path),
            query: wire::query_fields(query),
            request_headers: wire::header_fields(&headers),
            request_body: Body::Empty,
            status: 0,
            response_headers: Vec::new(),
            response_body: Body::Empty,
            handlers: Vec::new(),
        };
        let exchange = Exchange::new(wire.party(), browser);
        Some(Recording { wire, exchange, began: Instant::now(), message, cookie })
    }
}

impl Recording {
    /// The handler runs inside of it.
    pub(super) fn exchange(&self) -> Exchange {
        self.exchange.clone()
    }

    pub(super) fn asked(&mut self, headers: &HeaderMap, body: &[u8]) {
        self.message.request_body = wire::body(headers, Some(body));
    }

    /// Ends the recording and sends it. Returns the cookie to set, if any.
    pub(super) fn answered(
        mut self,
        status: u16,
        headers: &HeaderMap,
        body: Option<&[u8]>,
    ) -> Option<HeaderValue> {
        self.message.took_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.message.status = status;
        self.message.response_headers = wire::header_fields(headers);
        self.message.response_body = wire::body(headers, body);
        self.message.handlers = self.exchange.handlers();
        self.wire.send(self.message);
        // What caches may keep must not name anybody.
        let kept =
            text(headers, header::CACHE_CONTROL.as_str()).is_some_and(|value| value.contains("public"));
        self.cookie.filter(|_| !kept)
    }
}

/// Pictures and scripts of any site may point to this machine; whoever looks at that site did not click here.
fn is_loaded_by_another_site(headers: &HeaderMap) -> bool {
    let is = |name, value| headers.get(name).is_some_and(|sent| sent == value);
    is("sec-fetch-site", "cross-site") && !is("sec-fetch-mode", "navigate")
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(named, _)| *named == name).map(|(_, value)| value.to_owned())
}

#[cfg(all(test, feature = "axum", feature = "actix"))]
mod tests;
