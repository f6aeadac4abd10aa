//! Records what a watched server is asked and answers, for [`crate::wire`].

mod reach;
mod tee;

use std::net::IpAddr;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use futures::Stream;
use http::{HeaderMap, HeaderValue, header};

use self::tee::Seen;
use super::shell::Shell;
use crate::loopback::{is_of_another_site, is_to_loopback};
use crate::secret::random_id;
use crate::wire::{self, Body, Exchange, Message, Sender, Wire};

pub(super) use self::reach::Peers;
pub use self::reach::only_from_here;

/// A longer body is not kept.
pub(super) const LONGEST: usize = 1024 * 1024;

/// What pages load besides: it has nothing to do with OAuth.
const FURNITURE: [&str; 9] = ["css", "js", "map", "png", "svg", "ico", "woff", "woff2", "webmanifest"];

/// A request, apart from its header fields.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    /// As the request line names it, if it does.
    pub(super) authority: Option<&'a str>,
    pub(super) peer: Option<IpAddr>,
}

/// One request that is being recorded.
pub(super) struct Recording {
    wire: Wire,
    exchange: Exchange,
    began: Instant,
    message: Message,
    headers: HeaderMap,
    body: Seen,
    /// For a browser that has no name yet.
    cookie: Option<HeaderValue>,
}

impl Shell {
    /// Begins to record a request, if this server is watched and the request is one from this machine to this
    /// machine. Otherwise nothing is copied.
    pub(super) fn record(&self, asked: &Asked<'_>, headers: impl FnOnce() -> HeaderMap) -> Option<Recording> {
        let (wire, peers) = self.wire.get()?;
        if !peers.has(asked.peer) || is_furniture(asked) {
            return None;
        }
        let headers = headers();
        // What comes in from elsewhere is not recorded, whatever the setting says.
        if !is_to_loopback(&headers, asked.authority) || is_of_another_site(asked.method, &headers) {
            return None;
        }
        let (from, browser) = match wire::sender(&headers) {
            Sender::Party(party) => (party, wire::carried(&headers)),
            Sender::Program => ("program".to_owned(), None),
            Sender::Browser => ("browser".to_owned(), wire::browser(&headers)),
        };
        let new = (from == "browser" && browser.is_none()).then(|| random_id(12));
        let cookie = new.as_ref().and_then(|name| {
            let value = format!("{}={name}; Path=/; HttpOnly; SameSite=Lax", wire::BROWSER_COOKIE);
            HeaderValue::from_str(&value).ok()
        });
        let browser = browser.or(new);
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let message = Message {
            id: random_id(12),
            started_us: u64::try_from(since_1970.as_micros()).unwrap_or(u64::MAX),
            took_us: 0,
            browser: browser.clone(),
            from,
            to: wire.party().to_owned(),
            method: asked.method.to_owned(),
            path: asked.path.to_owned(),
            query: wire::query_fields(asked.query),
            request_headers: wire::request_fields(&headers),
            request_body: Body::Empty,
            status: 0,
            response_headers: Vec::new(),
            response_body: Body::Empty,
            handlers: Vec::new(),
        };
        let exchange = Exchange::new(wire.party(), browser);
        let (wire, began, body) = (wire.clone(), Instant::now(), Seen::default());
        Some(Recording { wire, exchange, began, message, headers, body, cookie })
    }
}

impl Recording {
    /// The handler runs inside of it.
    pub(super) fn exchange(&self) -> Exchange {
        self.exchange.clone()
    }

    /// Whether a body is announced. Without that there is none (RFC 9112 §6.3), and what comes after an upgrade or
    /// CONNECT is no body at all.
    pub(super) fn has_body(&self) -> bool {
        self.headers.contains_key(header::TRANSFER_ENCODING)
            || self.announced().is_some_and(|length| length > 0)
    }

    /// Sees the body while the handler reads it.
    pub(super) fn tee<S, E>(&self, body: S) -> impl Stream<Item = Result<Bytes, E>> + use<S, E>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        self.body.tee(body)
    }

    fn announced(&self) -> Option<usize> {
        self.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    fn request_body(&self) -> Body {
        let announced = self.announced();
        match self.body.whole(announced) {
            _ if !self.has_body() => Body::Empty,
            Some(bytes) => wire::body(&self.headers, &bytes),
            None => wire::unread(&self.headers, announced),
        }
    }

    /// Ends the recording and sends it. `None` stands for a body that is not in memory. Returns the cookie to set,
    /// if any.
    pub(super) fn answered(
        mut self,
        status: u16,
        headers: &HeaderMap,
        body: Option<&[u8]>,
    ) -> Option<HeaderValue> {
        self.message.took_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.message.request_body = self.request_body();
        self.message.status = status;
        self.message.response_headers = wire::answer_fields(headers);
        self.message.response_body =
            body.map_or_else(|| wire::unread(headers, None), |body| wire::body(headers, body));
        self.message.handlers = self.exchange.handlers();
        self.wire.send(self.message);
        // What caches may keep must not name anybody.
        let kept = headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
        let kept = kept.is_some_and(|value| value.contains("public"));
        self.cookie.filter(|_| !kept)
    }
}

fn is_furniture(asked: &Asked<'_>) -> bool {
    let of_a_page = asked.path.rsplit_once('.').is_some_and(|(_, end)| FURNITURE.contains(&end));
    of_a_page && ["GET", "HEAD"].contains(&asked.method)
}

#[cfg(all(test, feature = "axum", feature = "actix"))]
mod tests;
