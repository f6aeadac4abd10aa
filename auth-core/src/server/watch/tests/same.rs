//! Watching changes no answer: the same bytes to a server that is watched and to one that is not.

use std::time::Duration;

use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

fn request(line: &str, fields: &str, body: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: none\r\n{fields}\r\n{body}")
}

/// Requests that a server meets seldom, or that are wrong.
fn odd_requests() -> Vec<String> {
    const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
    const CHUNKED: &str = "transfer-encoding: chunked\r\n";
    let long = "x".repeat(6000);
    let mut all = vec![
        request("POST /echo", FORM, ""),
        request("POST /echo", &format!("{FORM}content-length: 0\r\n"), ""),
        request("POST /echo", &format!("{FORM}content-length: 3\r\n"), "a=b"),
        request("POST /echo", &format!("{FORM}content-length: 5\r\n"), "a=b"),
        request("POST /whole", CHUNKED, "3\r\na=b\r\n0\r\n\r\n"),
        request("GET /page", "content-length: 3\r\n", "abc"),
        request("GET /page", "connection: upgrade\r\nupgrade: websocket\r\n", ""),
        request("GET /page", "connection: upgrade, http2-settings\r\nupgrade: h2c\r\n", ""),
        request("GET /page", "connection: close\r\n", ""),
        request("CONNECT localhost:1", "", ""),
        request("GET /page", "", "") + &request("GET /missing", "", ""),
        request("POST /echo", "content-length: 3\r\n", "a=b") + &request("GET /page", "", ""),
        "GET /page HTTP/1.0\r\nhost: localhost\r\n\r\n".to_owned(),
        "GET /page HTTP/1.1\r\n\r\n".to_owned(),
    ];
    for method in ["HEAD", "OPTIONS", "DELETE", "TRACE", "ANYTHING"] {
        all.extend(["/page", "/echo", "/missing"].map(|path| request(&format!("{method} {path}"), "", "")));
    }
    for path in ["/echo", "/private", "/missing", "/page"] {
        let post = format!("POST {path}");
        all.extend([
            // Announced, and never sent.
            request(&post, "content-length: 5\r\n", ""),
            request(&post, "content-length: 5\r\nexpect: 100-continue\r\n", ""),
            request(&post, "content-length: 5000\r\n", &long[..5000]),
            request(&post, CHUNKED, &format!("1770\r\n{long}\r\n0\r\n\r\n")),
            request(&post, CHUNKED, "3\r\na=b\r\nzz\r\n"),
            request(&post, CHUNKED, "zz\r\n"),
        ]);
    }
    all
}

async fn answer(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    let end = async {
        let mut bytes = [0; 4096];
        loop {
            match stream.read(&mut bytes).await {
                Ok(0) => break all.extend_from_slice(b"(closed)"),
                Ok(read) => all.extend_from_slice(&bytes[..read]),
                Err(_) => break all.extend_from_slice(b"(reset)"),
            }
        }
    };
    // Longer than the server lets a request take.
    let _ = tokio::time::timeout(Duration::from_secs(4), end).await;
    let text = String::from_utf8(all).unwrap();
    // actix-web sends header fields in any order.
    let mut lines: Vec<_> = text
        .split("\r\n")
        .filter(|line| !line.starts_with("date:") && !line.starts_with("set-cookie: wire_browser="))
        .collect();
    lines.sort_unstable();
    lines.join("\n").replace("(reset)", "(closed)")
}

async fn no_answer_differs(server: fn() -> Server) {
    let (plain, mut watched) = (Watched::start(server(), false), Watched::start(server(), true));
    let port = |server: &Watched| server.base.rsplit(':').next().unwrap().parse().unwrap();
    let (to_plain, to_watched) = (port(&plain), port(&watched));
    let odd = odd_requests();
    let both = odd.iter().map(|request| async move {
        let (plain, watched) = tokio::join!(answer(to_plain, request), answer(to_watched, request));
        (plain != watched)
            .then(|| format!("{:.300}\n--- not watched\n{plain}\n--- watched\n{watched}", request))
    });
    let different: Vec<_> = join_all(both).await.into_iter().flatten().collect();
    assert!(different.is_empty(), "{} of {}:\n{}", different.len(), odd.len(), different.join("\n=====\n"));
    let recorded = std::iter::from_fn(|| watched.messages.try_recv().ok()).count();
    assert!(recorded > odd.len() / 2, "{recorded} of {}", odd.len());
}

#[tokio::test]
async fn no_answer_of_axum_differs_where_somebody_watches() {
    no_answer_differs(an_axum_server).await;
}

#[tokio::test]
async fn no_answer_of_actix_differs_where_somebody_watches() {
    no_answer_differs(an_actix_server).await;
}

#[tokio::test]
async fn events_flow_while_somebody_watches() {
    both(true, async |mut server| {
        let mut response = server.as_browser("/events").await;
        let first = tokio::time::timeout(Duration::from_secs(1), response.chunk()).await;
        assert_eq!(first.unwrap().unwrap().unwrap(), "data: 1\n\n");
        assert!(matches!(server.message().await.response_body, Body::Other { bytes: None, .. }));
    })
    .await;
}

#[tokio::test]
async fn a_body_that_nobody_read_is_shown_as_unread() {
    both(true, async |mut server| {
        let body = "password=open-sesame-alice";
        let form = |path| server.request(Method::POST, path).header("content-type", FORM).body(body);
        form("/private").send().await.unwrap();
        form("/echo").send().await.unwrap();
        let unread = Body::Other { content_type: FORM.to_owned(), bytes: Some(body.len()) };
        assert_eq!(server.message().await.request_body, unread);
        assert!(matches!(server.message().await.request_body, Body::Form(_)));
        server.as_browser("/page").await;
        assert_eq!(server.message().await.request_body, Body::Empty);
    })
    .await;
}

const FORM: &str = "application/x-www-form-urlencoded";
