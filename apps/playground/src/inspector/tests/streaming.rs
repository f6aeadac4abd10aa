//! Server-sent events, over a real server.

#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use auth_core::server::{self, Limits, Listen};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::events::MOST_STREAMS;
use super::*;
use crate::inspector::view::View;

struct Served {
    store: Store,
    addr: SocketAddr,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Served {
    fn start() -> Served {
        let (store, stop) = (Store::default(), CancellationToken::new());
        let router = super::super::router(store.clone(), &Addresses::new("http", &PORTS), stop.clone());
        let listener = Listen::Address(([127, 0, 0, 1], 0).into()).bind("TEST").unwrap();
        let server = server::axum(listener, router, Limits::default()).unwrap();
        let addr = server.addr();
        Served { store, addr, task: tokio::spawn(server.run(stop.clone())), stop }
    }

    /// The query of a page that has been drawn just now.
    fn since(&self) -> String {
        let revision = self.store.revision(&View::Mine(walk::ME.to_owned()));
        format!("?view=mine&since={revision}")
    }

    async fn listen(&self, query: &str, more: &str) -> Stream {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        let request = format!(
            "GET /inspector/events{query} HTTP/1.1\r\nhost: localhost\r\ncookie: wire_browser={}\r\n{more}\r\n",
            walk::ME
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut stream = Stream { stream, read: String::new() };
        stream.until("\r\n\r\n").await;
        stream
    }
}

struct Stream {
    stream: TcpStream,
    read: String,
}

impl Stream {
    /// Reads until `text` has come, and forgets what was read before its end.
    async fn until(&mut self, text: &str) {
        let wait = async {
            while !self.read.contains(text) {
                let mut buffer = [0; 1024];
                let count = self.stream.read(&mut buffer).await.unwrap();
                assert_ne!(count, 0, "the stream ended before {text:?}: {}", self.read);
                self.read.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
            }
        };
        timeout(Duration::from_secs(5), wait).await.unwrap();
    }

    async fn is_quiet(&mut self) -> bool {
        self.read.clear();
        let mut buffer = [0; 1024];
        timeout(Duration::from_millis(500), self.stream.read(&mut buffer)).await.is_err()
    }
}

#[tokio::test]
async fn a_page_hears_of_what_its_view_shows_and_of_nothing_else() {
    let served = Served::start();
    let nothing = served.since();
    let mut mine = served.listen(&nothing, "").await;
    assert!(mine.read.contains("text/event-stream"), "{}", mine.read);
    assert!(mine.is_quiet().await);
    served.store.add(walk::message());
    assert!(mine.is_quiet().await);
    walk::sign_in().into_iter().for_each(|message| served.store.add(message));
    mine.until("event: changed").await;
    served.stop.cancel();
}

#[tokio::test]
async fn what_came_between_the_page_and_its_stream_is_told_at_once() {
    let served = Served::start();
    let nothing = served.since();
    served.store.add(Message { browser: Some(walk::ME.to_owned()), ..walk::message() });
    let mut late = served.listen(&nothing, "").await;
    late.until("event: changed").await;
    // The revision that it was told is the one to go on from, after a broken connection.
    late.until("\nid: ").await;
    let id = late.read.split("\nid: ").nth(1).unwrap().lines().next().unwrap().to_owned();
    let again = format!("last-event-id: {id}\r\n");
    let mut again = served.listen(&nothing, &again).await;
    assert!(again.is_quiet().await);
    served.stop.cancel();
}

/// A page of before a restart may have shown as much, or as little, as there is now.
#[tokio::test]
async fn a_page_of_another_run_is_told_that_something_changed() {
    let (before, now) = (Served::start(), Served::start());
    let mut late = now.listen(&before.since(), "").await;
    late.until("event: changed").await;
    before.stop.cancel();
    now.stop.cancel();
}

#[tokio::test]
async fn open_streams_end_when_the_server_stops() {
    let served = Served::start();
    let mut open = served.listen("", "").await;
    let signal = Instant::now();
    served.stop.cancel();
    let mut rest = Vec::new();
    timeout(Duration::from_secs(2), open.stream.read_to_end(&mut rest)).await.unwrap().unwrap();
    timeout(Duration::from_secs(2), served.task).await.unwrap().unwrap().unwrap();
    assert!(signal.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn there_are_only_so_many_streams_and_a_closed_one_makes_room() {
    let served = Served::start();
    let mut open = Vec::new();
    for _ in 0..MOST_STREAMS {
        open.push(served.listen("", "").await);
    }
    let refused = served.listen("", "").await;
    assert!(
        refused.read.starts_with("HTTP/1.1 503") && refused.read.contains("retry-after"),
        "{}",
        refused.read
    );
    open.pop();
    let room = async {
        while !served.listen("", "").await.read.starts_with("HTTP/1.1 200") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(5), room).await.unwrap();
    served.stop.cancel();
}

#[tokio::test]
async fn a_page_of_another_site_takes_no_stream() {
    let served = Served::start();
    for site in ["cross-site", "same-site", "none"] {
        let refused = served.listen("", &format!("sec-fetch-site: {site}\r\n")).await;
        assert!(refused.read.starts_with("HTTP/1.1 403"), "{}", refused.read);
    }
    let own = served.listen("", "sec-fetch-site: same-origin\r\n").await;
    assert!(own.read.starts_with("HTTP/1.1 200"), "{}", own.read);
    served.stop.cancel();
}
