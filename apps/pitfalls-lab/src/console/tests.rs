#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use auth_core::secret::random_id;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::browser::Browser;
use crate::lessons;

/// A console on ports of its own, with a score of its own.
async fn console() -> (Browser, String, Score, tokio_util::sync::DropGuard) {
    // Nine ports in a row: the console and both twins.
    let (port, listener) = (0..100)
        .map(|_| 20_000 + u16::from_be_bytes(auth_core::secret::random_bytes()) % 30_000)
        .find_map(|port| {
            let bind = |port| std::net::TcpListener::bind(("127.0.0.1", port));
            (1..=8)
                .all(|offset| bind(port + offset).is_ok())
                .then(|| Some((port, bind(port).ok()?)))
                .flatten()
        })
        .unwrap();
    let score = Score::at(std::env::temp_dir().join(format!("pitfalls-lab-{}.json", random_id(8))));
    let stop = CancellationToken::new();
    listener.set_nonblocking(true).unwrap();
    parties::serve(listener, router(port, score.clone()), stop.clone()).unwrap();
    let browser = Browser::new(HttpClient::new().unwrap(), "participant");
    (browser, format!("http://lab.localhost:{port}"), score, stop.drop_guard())
}

#[tokio::test]
async fn a_participant_exploits_a_lesson_reads_the_wire_and_the_hints() {
    let (browser, lab, score, _stop) = console().await;
    let index = browser.open(&lab).await.unwrap();
    assert_eq!(index.status, StatusCode::OK);
    for lesson in lessons::all() {
        assert!(index.body.contains(&format!("lesson-{}", lesson.slug())));
    }
    let lesson = format!("{lab}/lessons/redirect-uri-prefix");
    let page = browser.open(&lesson).await.unwrap();
    assert!(page.body.contains("lab-banner") && page.body.contains("not begun"), "{}", page.short());

    for (side, expected) in [("hardened", "blocked: 400"), ("vulnerable", "succeeded:")] {
        let headers = [("origin", lab.as_str())];
        let ran = browser.post(&format!("{lesson}/exploit"), &headers, &[("against", side)]).await.unwrap();
        assert_eq!(ran.status, StatusCode::SEE_OTHER, "{}", ran.short());
        let page = browser.open(&lesson).await.unwrap();
        assert!(page.body.contains(expected) && page.body.contains("rfc9700#section-4.1.3"), "{side}");
    }
    assert!(score.of("redirect-uri-prefix").exploited, "the score survives in its file");

    let hints = browser.open(&format!("{lesson}?hints=2")).await.unwrap();
    assert!(hints.body.contains("Hint 2") && !hints.body.contains("Hint 3<"), "two hints, not three");
    let other = browser.open(&format!("{lab}/lessons/fake-decode-token")).await.unwrap();
    assert_eq!(other.status, StatusCode::OK, "the ports are free for the next lesson: {}", other.short());
    let facilitator = browser.open(&format!("{lab}/facilitator")).await.unwrap();
    assert!(facilitator.body.contains("same_path"));
}

#[tokio::test]
async fn the_console_takes_orders_from_its_own_pages_only() {
    let (browser, lab, _, _stop) = console().await;
    let exploit = format!("{lab}/lessons/fake-decode-token/exploit");
    for headers in [vec![], vec![("origin", "http://evil.localhost:9404")], vec![("origin", "null")]] {
        let answer = browser.post(&exploit, &headers, &[("against", "vulnerable")]).await.unwrap();
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let rebound = browser.get_with(&lab, &[("host", "rebound.example")]).await.unwrap();
    assert_eq!(rebound.status, StatusCode::MISDIRECTED_REQUEST);
    assert!(rebound.headers.contains_key("x-vulnerable-lab"));
}
