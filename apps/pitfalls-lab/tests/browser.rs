//! The exploits in a real browser: Chromium, with every party on a site of its own, as a room sees them.
//!
//! Without Chromium and chromedriver these tests say that they are skipped; with `REQUIRE_BROWSER=1`
//! that is a failure. The pictures are in `target/tmp/pitfalls-lab-screens`, or where `SCREENSHOTS` says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use futures::{StreamExt, stream};
use pitfalls_lab::browser::Engine;
use pitfalls_lab::checks::Checks;
use pitfalls_lab::honest;
use pitfalls_lab::lesson::{Lesson, Variant};
use pitfalls_lab::lessons;
use pitfalls_lab::outcome::Outcome;
use pitfalls_lab::twin::Twin;

/// The lessons whose point is what a browser does: both twins are played, and pictures are kept.
const ABOUT_BROWSERS: [&str; 6] = [
    "redirect-uri-prefix",
    "login-csrf-no-state",
    "consent-csrf",
    "localstorage-xss",
    "implicit-fragment-leak",
    "redirect-307",
];
/// How many browsers run at a time.
const AT_ONCE: usize = 2;

/// Chromium, or a loud word that a test is skipped: the harness would keep it to itself.
fn chromium(what: &str) -> Option<Engine> {
    match Engine::chromium() {
        Ok(engine) => Some(engine),
        Err(missing) => {
            assert!(std::env::var_os("REQUIRE_BROWSER").is_none(), "REQUIRE_BROWSER is set, and {missing}");
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: {what}: {missing} (Debian: chromium chromium-driver; a failure with REQUIRE_BROWSER=1)"
            );
            None
        }
    }
}

async fn start(engine: &Engine, variant: &Variant) -> Twin {
    Twin::start((variant.checks)()).await.unwrap().with_victims_in(engine.clone())
}

async fn play(lesson: &Lesson, variant: &Variant, twin: &Twin) -> Outcome {
    let outcome = (lesson.exploit)(twin.targets()).await;
    outcome.unwrap_or_else(|broken| panic!("{}, {}: {broken}", lesson.folder, variant.name))
}

/// Keeps what the victim saw and, last, what the attacker has.
async fn keep_pictures(lesson: &Lesson, variant: &Variant, twin: &Twin) {
    twin.show_the_notebook().await.unwrap();
    let folder = std::env::var_os("SCREENSHOTS")
        .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("pitfalls-lab-screens"), PathBuf::from);
    fs::create_dir_all(&folder).unwrap();
    for (index, screen) in twin.screens().iter().enumerate() {
        assert!(screen.png.starts_with(b"\x89PNG") && screen.site.contains(".localhost:"), "{}", screen.site);
        let site = screen.site.split(':').next().unwrap();
        let name = format!("{}-{}-{}-{site}.png", lesson.folder, variant.name, index + 1);
        fs::write(folder.join(name), &screen.png).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_chromium_the_exploit_succeeds_on_one_twin_and_is_blocked_by_the_other() {
    let Some(engine) = chromium("both twins of six lessons in a real browser") else { return };
    let plays = ABOUT_BROWSERS.map(|slug| lessons::find(slug).unwrap()).into_iter().map(async |lesson| {
        let twin = start(&engine, &lesson.vulnerable).await;
        let outcome = play(lesson, &lesson.vulnerable, &twin).await;
        assert!(outcome.is_success(), "{}: {outcome}", lesson.folder);
        assert!(!twin.screens().is_empty(), "{}: Alice has seen nothing", lesson.folder);
        keep_pictures(lesson, &lesson.vulnerable, &twin).await;

        let twin = start(&engine, &lesson.hardened).await;
        let outcome = play(lesson, &lesson.hardened, &twin).await;
        let Outcome::Blocked { status, error } = &outcome else { panic!("{}: {outcome}", lesson.folder) };
        let declared = &lesson.meta.blocked;
        assert_eq!((status.as_u16(), error), (declared.status, &declared.error), "{}", lesson.folder);
        keep_pictures(lesson, &lesson.hardened, &twin).await;
    });
    stream::iter(plays).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_exploit_gets_its_clicks_from_chromium_too() {
    let Some(engine) = chromium("the other exploits in a real browser") else { return };
    let others = lessons::all().iter().filter(|lesson| !ABOUT_BROWSERS.contains(&lesson.slug()));
    let plays = others.map(async |lesson| {
        let twin = start(&engine, &lesson.vulnerable).await;
        let outcome = play(lesson, &lesson.vulnerable, &twin).await;
        assert!(outcome.is_success(), "{}: {outcome}", lesson.folder);
        // A page that the driver had played would have come from `victim`.
        let by_driver = |line: &&String| line.starts_with("GET /login") || line.starts_with("POST /login");
        for exchange in twin.wire().iter().filter(|exchange| exchange.from == "victim") {
            assert_eq!(exchange.request.first().filter(by_driver), None, "{}", lesson.folder);
        }
        usize::from(!twin.screens().is_empty())
    });
    let clicked: usize = stream::iter(plays).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.iter().sum();
    assert!(clicked >= 15, "only {clicked} of the others opened a page");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_honest_flow_works_in_chromium() {
    let Some(engine) = chromium("the honest flow in a real browser") else { return };
    let twin = Twin::start(Checks::default()).await.unwrap().with_victims_in(engine);
    honest::run(twin.targets()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_victims_browser_reaches_nothing_but_the_lab() {
    let Some(engine) = chromium("where a victim's browser can go") else { return };
    let twin = Twin::start(Checks::default()).await.unwrap().with_victims_in(engine);
    let alice = twin.targets().victim();
    let client = &twin.targets().urls().client;
    assert_eq!(alice.open(client).await.unwrap().status.as_u16(), 200);
    for elsewhere in ["127.0.0.1", "localhost", "[::1]"] {
        let url = client.replace("client.localhost", elsewhere);
        let refused = alice.open(&url).await.unwrap_err();
        assert!(refused.saw.contains("ERR_NAME_NOT_RESOLVED"), "{url}: {refused}");
    }
}

#[test]
fn doctor_looks_at_the_cookies_of_the_real_browser() {
    if chromium("doctor's look at a real browser").is_none() {
        return;
    }
    let doctor =
        Command::new(env!("CARGO_BIN_EXE_pitfalls-lab")).args(["--port", "47110", "doctor"]).output();
    let said = String::from_utf8(doctor.unwrap().stdout).unwrap();
    assert!(said.contains("✓ a browser: ") && said.contains("keeps their cookies apart"), "{said}");
}
