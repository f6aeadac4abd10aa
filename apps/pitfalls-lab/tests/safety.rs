//! What keeps the lab from being taken for production code.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use auth_core::settings::refuse_weak_secret;
use pitfalls_lab::checks::Checks;
use pitfalls_lab::lessons;
use pitfalls_lab::twin::Twin;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[test]
fn no_other_crate_depends_on_the_lab_and_it_is_not_published() {
    let root = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let manifests = fs::read_dir(workspace().join("apps")).unwrap().map(|app| app.unwrap().path());
    let manifests = manifests.chain([workspace().join("auth-core"), workspace().join("tests")]);
    for folder in manifests.filter(|folder| !folder.ends_with("pitfalls-lab")) {
        let Ok(manifest) = fs::read_to_string(folder.join("Cargo.toml")) else { continue };
        assert!(!manifest.contains("pitfalls-lab"), "{} names the lab", folder.display());
    }
    assert_eq!(root.matches("pitfalls-lab").count(), 1, "the workspace names the lab as a member only");
    let own = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    assert!(own.lines().any(|line| line == "publish = false"));
}

#[test]
fn vulnerable_code_is_marked_and_named_so() {
    for lesson in lessons::all() {
        let marker = format!("// LAB-VULNERABLE: {}", lesson.slug());
        for variant in std::iter::once(&lesson.vulnerable).chain(&lesson.wrong_fixes) {
            let name = format!("{}/{}", lesson.folder, variant.name);
            assert!(variant.source.starts_with(&marker), "{name} does not begin with {marker}");
            assert!(variant.source.to_lowercase().contains("insecure"), "{name} has no insecure_ name");
        }
        assert!(!lesson.hardened.source.to_lowercase().contains("insecure"), "{}", lesson.folder);
    }
}

#[test]
fn exploits_take_no_address() {
    for lesson in lessons::all() {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons").join(lesson.folder).join("exploit.rs");
        let source = fs::read_to_string(file).unwrap();
        for forbidden in ["std::env", "std::net", "reqwest", "https://", "HttpClient"] {
            assert!(!source.contains(forbidden), "{}: {forbidden}", lesson.folder);
        }
    }
}

#[test]
fn production_refuses_every_credential_of_the_lab() {
    let sources = [
        "src/parties/api.rs",
        "src/parties/authorization_server.rs",
        "src/parties/authorization_server/people.rs",
    ];
    let mut found = 0;
    for source in sources {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(source)).unwrap();
        for literal in text.split('"').filter(|literal| literal.starts_with("LAB-ONLY")) {
            let secret = format!("{literal}-{}", auth_core::secret::random_token());
            let error = refuse_weak_secret("SECRET_KEY", &secret, 16).unwrap_err();
            assert!(error.to_string().contains("SECRET_KEY"), "{error}");
            found += 1;
        }
    }
    assert!(found >= 3, "the credentials of the lab were not found");
}

#[tokio::test]
async fn every_answer_is_marked_and_a_foreign_host_gets_421() {
    let twin = Twin::start(Checks::default()).await.unwrap();
    let urls = twin.targets().urls().clone();
    let browser = twin.targets().attacker();
    let parties = [&urls.authorization_server, &urls.client, &urls.api, &urls.attacker];
    for party in parties {
        for path in ["/", "/login", "/nowhere", "/%00"] {
            let reply = browser.get(&format!("{party}{path}")).await.unwrap();
            assert!(reply.headers.contains_key("x-vulnerable-lab"), "{party}{path}");
            let html = reply
                .headers
                .get("content-type")
                .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
            if html {
                assert!(reply.body.contains("id=\"lab-banner\""), "{party}{path} has no banner");
            }
        }
        for host in ["127.0.0.1", "localhost", "rebound.example", "evil.example.localhost.example"] {
            let reply = browser.get_with(party, &[("host", host)]).await.unwrap();
            assert_eq!(reply.status.as_u16(), 421, "{host}");
            assert!(reply.headers.contains_key("x-vulnerable-lab"));
        }
    }
}

#[tokio::test]
async fn the_parties_listen_on_loopback_only() {
    let twin = Twin::start(Checks::default()).await.unwrap();
    for url in [&twin.targets().urls().authorization_server, &twin.targets().urls().attacker] {
        let port: u16 = url.rsplit_once(':').unwrap().1.parse().unwrap();
        // The same port of every other address is still free, so nobody listens on 0.0.0.0.
        std::net::TcpListener::bind(("127.0.0.2", port)).expect("the port is free on another address");
    }
}
