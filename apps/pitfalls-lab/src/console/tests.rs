#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod marks;
mod tabs;
mod tokens;
mod trouble;
mod twins;

use std::time::{Duration, Instant};

use auth_core::clock::ManualClock;
use tokio_util::sync::DropGuard;

use super::*;
use crate::browser::{Browser, Reply};
use crate::lessons;

/// A console on ports of its own, with a score and a clock of its own.
struct Lab {
    browser: Browser,
    url: String,
    score: Score,
    clock: ManualClock,
    _stop: DropGuard,
    _folder: tempfile::TempDir,
}

impl Lab {
    async fn start() -> Self {
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
        let folder = tempfile::tempdir().unwrap();
        let score = Score::at(folder.path().join("score.json"));
        let (time, clock) = Clock::manual();
        let stop = CancellationToken::new();
        listener.set_nonblocking(true).unwrap();
        parties::serve(listener, router(Console::new(port, score.clone(), time)), stop.clone()).unwrap();
        let browser = Browser::new(HttpClient::new().unwrap(), "participant");
        let url = format!("http://lab.localhost:{port}");
        Self { browser, url, score, clock, _stop: stop.drop_guard(), _folder: folder }
    }

    async fn get(&self, path: &str) -> Reply {
        self.open(&format!("{}{path}", self.url)).await
    }

    async fn open(&self, url: &str) -> Reply {
        let page = self.browser.get(url).await.unwrap();
        assert_eq!(page.status, StatusCode::OK, "{url}: {}", page.short());
        page
    }

    /// Presses a button, and gives the page that comes.
    async fn press(&self, path: &str, name: &str, value: &str) -> Reply {
        let headers = [("origin", self.url.as_str())];
        let url = format!("{}{path}", self.url);
        let answer = self.browser.post(&url, &headers, &[(name, value)]).await.unwrap();
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.short());
        self.open(answer.location().unwrap().as_str()).await
    }
}

#[tokio::test]
async fn a_participant_exploits_both_twins_and_reads_the_wire() {
    let lab = Lab::start().await;
    let index = lab.get("/").await;
    for lesson in lessons::all() {
        assert!(index.body.contains(&format!("lesson-{}", lesson.slug())));
    }
    let path = "/lessons/redirect-uri-prefix";
    let page = lab.get(path).await;
    assert!(page.body.contains("lab-banner") && page.body.contains("not begun"), "{}", page.short());
    assert!(page.body.contains("No messages yet"), "nothing was sent");

    for (side, expected) in
        [("hardened", "The exploit was blocked: 400"), ("vulnerable", "The exploit succeeded:")]
    {
        let page = lab.press(&format!("{path}/exploit"), "against", side).await;
        assert!(page.body.contains(expected), "{side}");
        assert!(page.body.contains(&format!("On the wire of the {side} twin")), "{side}");
        assert!(page.body.contains("rfc9700#section-4.1.3") && page.body.contains("<mark>▶ "), "{side}");
    }
    assert!(lab.score.of("redirect-uri-prefix").exploited, "the score survives in its file");
    let score = lab.get("/score").await;
    assert!(score.body.contains("0 of 30 lessons solved, 1 exploited"), "{}", score.body);
    assert!(score.body.contains("href=\"/score.json\" download"));
    assert!(lab.get("/score.json").await.body.contains("\"redirect-uri-prefix\":{\"exploited\":true"));

    let other = lab.get("/lessons/fake-decode-token").await;
    assert!(other.body.contains("No messages yet"), "the ports are free for the next lesson");
}

#[tokio::test]
async fn what_the_victim_saw_is_on_the_page_until_the_reset() {
    let lab = Lab::start().await;
    let path = "/lessons/redirect-uri-prefix";
    let page = lab.press(&format!("{path}/exploit"), "against", "vulnerable").await;
    // None, where no Chromium plays the victim.
    let pictures = page.body.matches(&format!("<img src=\"{path}/screens/vulnerable/")).count();
    for number in 0..pictures {
        let picture = lab.get(&format!("{path}/screens/vulnerable/{number}")).await;
        assert_eq!(picture.headers["content-type"], "image/png");
    }
    let status = async |path: String| lab.browser.get(&format!("{}{path}", lab.url)).await.unwrap().status;
    assert_eq!(status(format!("{path}/screens/vulnerable/{pictures}")).await, StatusCode::NOT_FOUND);
    assert_eq!(status(format!("{path}/screens/elsewhere/0")).await, StatusCode::NOT_FOUND);
    assert!(!lab.press(&format!("{path}/reset"), "", "").await.body.contains("/screens/"));
    assert_eq!(status(format!("{path}/screens/vulnerable/0")).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn of_twenty_equal_messages_one_is_open() {
    let lab = Lab::start().await;
    let page = lab.press("/lessons/code-race/exploit", "against", "vulnerable").await;
    let marked = page.body.matches("<strong>▶</strong></summary>").count();
    let open = page.body.matches("<details open>").count();
    assert!(marked >= 20, "{marked} messages are marked");
    assert!((1..=3).contains(&open), "{open} messages are open");
}

#[tokio::test]
async fn the_chosen_twin_is_shown_until_it_is_switched() {
    let lab = Lab::start().await;
    let path = "/lessons/token-without-password";
    let port: u16 = lab.url.rsplit_once(':').unwrap().1.parse().unwrap();
    let (vulnerable, hardened) = (format!("API=http://api.localhost:{}", port + 3), port + 7);
    let hardened = format!("API=http://api.localhost:{hardened}");

    let page = lab.get(path).await;
    assert!(page.body.contains(&vulnerable) && !page.body.contains(&hardened));
    assert!(page.body.contains("Exploit the vulnerable twin"));
    let page = lab.press(&format!("{path}/exploit"), "against", "vulnerable").await;
    assert!(page.body.contains("The exploit succeeded"), "{}", page.short());

    let page = lab.press(&format!("{path}/twin"), "twin", "hardened").await;
    assert!(page.body.contains(&hardened) && !page.body.contains(&vulnerable));
    assert!(page.body.contains("Exploit the hardened twin"));
    assert!(page.body.contains("The exploit succeeded"), "what came of the other twin stays in sight");
    assert!(page.body.contains("No messages yet"), "the wire is that of the chosen twin");

    // A lesson is found as it was left, even if another one was open meanwhile.
    assert!(lab.get("/lessons/fake-decode-token").await.body.contains("Exploit the vulnerable twin"));
    assert!(lab.get(path).await.body.contains("Exploit the hardened twin"));
}

#[tokio::test]
async fn a_reset_takes_less_than_a_second_and_forgets_both_twins() {
    let lab = Lab::start().await;
    let path = "/lessons/token-without-password";
    for side in ["vulnerable", "hardened"] {
        lab.press(&format!("{path}/exploit"), "against", side).await;
    }
    let began = Instant::now();
    let page = lab.press(&format!("{path}/reset"), "", "").await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(page.body.contains("id=\"was-reset\"") && page.body.contains("No messages yet"));
    assert_eq!(page.body.matches("Not exploited yet").count(), 2);
    assert!(!lab.get(path).await.body.contains("id=\"was-reset\""), "it is said once");
    assert!(lab.score.of("token-without-password").exploited, "the score is no part of a twin");
}

#[tokio::test]
async fn hints_stay_open_until_they_are_closed() {
    let lab = Lab::start().await;
    let path = "/lessons/redirect-uri-prefix";
    let page = lab.press(&format!("{path}/hints"), "shown", "2").await;
    assert!(page.body.contains("Hint 2") && !page.body.contains(">Hint 3<"), "two hints, not three");
    let page = lab.press(&format!("{path}/exploit"), "against", "vulnerable").await;
    assert!(page.body.contains(">Hint 2<"), "the exploit closes no hint");
    let page = lab.press(&format!("{path}/hints"), "shown", "99").await;
    assert!(page.body.contains("The answer</h3>") && !page.body.contains("next-hint"));
    let page = lab.press(&format!("{path}/hints"), "shown", "0").await;
    assert!(!page.body.contains(">Hint 1<") && page.body.contains("Show hint 1"));
}

#[tokio::test]
async fn the_rooms_timer_counts_down_and_survives_a_reload() {
    let lab = Lab::start().await;
    let path = "/lessons/redirect-uri-prefix/timer";
    let page = lab.get(path).await;
    assert!(page.body.contains(">25:00<") && page.body.contains("data-running=\"false\""), "{}", page.body);
    let policy = page.headers.get("content-security-policy").unwrap().to_str().unwrap();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert_eq!(lab.get("/timer.js").await.headers["content-type"], "text/javascript");

    lab.press(path, "do", "start").await;
    lab.clock.advance(Duration::from_secs(61));
    let page = lab.get(path).await;
    assert!(page.body.contains(">23:59<") && page.body.contains("data-left=\"1439\""), "{}", page.body);
    let stopped = lab.press(path, "do", "stop").await;
    lab.clock.advance(Duration::from_secs(600));
    assert!(stopped.body.contains(">23:59<") && lab.get(path).await.body.contains(">23:59<"));
    lab.press(path, "do", "start").await;
    lab.clock.advance(Duration::from_secs(1440));
    let page = lab.get(path).await;
    assert!(page.body.contains(">0:00<") && page.body.contains("Time is up."), "{}", page.body);
    assert!(lab.press(path, "do", "reset").await.body.contains(">25:00<"));

    assert!(!lab.get(path).await.headers.contains_key("refresh"));
    let reloads = lab.get(&format!("{path}?reload")).await;
    assert_eq!(reloads.headers["refresh"], "5", "for a browser without scripts, if it asks");
    assert!(reloads.body.contains("name=\"reload\""), "and its buttons keep it");
}

#[tokio::test]
async fn a_facilitator_finds_syllabuses_scripts_and_timers() {
    let lab = Lab::start().await;
    let overview = lab.get("/facilitator").await;
    assert!(!overview.body.contains("same_path"), "the overview gives nothing away");
    for name in ["60-minutes", "half-day", "day"] {
        assert!(overview.body.contains(&format!("href=\"/syllabuses/{name}\"")));
        let syllabus = lab.get(&format!("/syllabuses/{name}")).await;
        assert!(syllabus.body.contains("href=\"/lessons/redirect-uri-prefix/timer\""), "{name}");
        assert!(syllabus.body.contains("href=\"/safety\""), "{name}");
    }
    for lesson in lessons::all() {
        let script = lab.get(&format!("/facilitator/{}", lesson.slug())).await;
        for fix in &lesson.wrong_fixes {
            assert!(script.body.contains(fix.name), "{}", lesson.folder);
        }
    }
    assert!(lab.get("/safety").await.body.contains("<h1>Safety</h1>"));
}

#[tokio::test]
async fn a_quiz_shows_its_answers_only_when_asked() {
    let lab = Lab::start().await;
    for lesson in lessons::all() {
        let page = lab.get(&format!("/lessons/{}", lesson.slug())).await;
        let (_, answers) = page.body.split_once("id=\"answers\"").expect(lesson.folder);
        assert!(answers.contains("Answers:"), "{}", lesson.folder);
        assert_eq!(page.body.matches("Answers:").count(), 1, "{}", lesson.folder);
    }
}

#[tokio::test]
async fn the_console_takes_orders_from_its_own_pages_only() {
    let lab = Lab::start().await;
    for path in ["exploit", "twin", "reset", "hints", "timer"] {
        let url = format!("{}/lessons/fake-decode-token/{path}", lab.url);
        for headers in [vec![], vec![("origin", "http://evil.localhost:9404")], vec![("origin", "null")]] {
            let answer = lab.browser.post(&url, &headers, &[("against", "vulnerable")]).await.unwrap();
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    let rebound = lab.browser.get_with(&lab.url, &[("host", "rebound.example")]).await.unwrap();
    assert_eq!(rebound.status, StatusCode::MISDIRECTED_REQUEST);
    assert!(rebound.headers.contains_key("x-vulnerable-lab"));
}

#[tokio::test]
async fn another_site_can_lead_here_and_neither_embed_nor_load_anything() {
    let lab = Lab::start().await;
    let url = format!("{}/lessons/hardcoded-secret", lab.url);
    for (site, dest, status) in [
        ("cross-site", "image", 403),
        ("cross-site", "iframe", 403),
        ("cross-site", "empty", 403),
        ("same-site", "image", 403),
        ("cross-site", "document", 200),
        ("same-origin", "style", 200),
        ("none", "document", 200),
    ] {
        let headers = [("sec-fetch-site", site), ("sec-fetch-dest", dest)];
        let answer = lab.browser.get_with(&url, &headers).await.unwrap();
        assert_eq!(answer.status.as_u16(), status, "{site}, {dest}");
    }
}
