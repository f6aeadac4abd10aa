//! What keeps the lab on this machine, and from being taken for production code.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use auth_core::settings::{is_of_the_lab, refuse_weak_secret};
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
            // What the apps ask before they give somebody a password.
            assert!(is_of_the_lab(&secret));
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
                let site = party.strip_prefix("http://").unwrap();
                assert!(reply.body.contains(&format!("<span>{site}</span>")), "{party}{path} hides its site");
            }
        }
        for host in ["127.0.0.1", "localhost", "rebound.example", "evil.example.localhost.example"] {
            let reply = browser.get_with(party, &[("host", host)]).await.unwrap();
            assert_eq!(reply.status.as_u16(), 421, "{host}");
            assert!(reply.headers.contains_key("x-vulnerable-lab"));
        }
    }
}

/// That nobody listens on this port anywhere but on 127.0.0.1.
fn on_loopback_only(port: u16) {
    TcpStream::connect(("127.0.0.1", port))
        .unwrap_or_else(|error| panic!("nobody listens on {port}: {error}"));
    // Somebody on 0.0.0.0 or [::] would have the port everywhere.
    for other in ["127.0.0.2", "::1"] {
        let taken = TcpListener::bind((other, port)).is_err_and(|error| error.kind() == ErrorKind::AddrInUse);
        assert!(!taken, "{other}:{port} is taken");
    }
    // The address of this machine in its network, if it has one. Nothing is sent to find it out.
    let outside = UdpSocket::bind("0.0.0.0:0").and_then(|socket| {
        socket.connect("192.0.2.1:9")?;
        socket.local_addr()
    });
    if let Some(address) = outside.ok().filter(|address| !address.ip().is_loopback()) {
        assert!(TcpStream::connect((address.ip(), port)).is_err(), "{}:{port} answers", address.ip());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_party_listens_on_loopback_only() {
    let twin = Twin::start(Checks::default()).await.unwrap();
    let urls = twin.targets().urls();
    for url in [&urls.authorization_server, &urls.client, &urls.api, &urls.attacker] {
        on_loopback_only(url.rsplit_once(':').unwrap().1.parse().unwrap());
    }
}

/// A console that runs as a program, until the end of a test.
struct Console(Child);

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_and_its_twins_listen_on_loopback_only() {
    // Nine ports in a row.
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let first = (0..200)
        .map(|_| 20_000 + u16::from_be_bytes(auth_core::secret::random_bytes()) % 30_000)
        .find(|first| (*first..=first + 8).all(free))
        .unwrap();
    let mut console = Command::new(env!("CARGO_BIN_EXE_pitfalls-lab"))
        .args(["--port", &first.to_string(), "--browser", "driver"])
        .env_remove("PITFALLS_LAB_IMAGE")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(console.stdout.take().unwrap()).lines();
    let _console = Console(console);
    let address = format!("http://lab.localhost:{first}");
    assert!(said.next().unwrap().unwrap().contains(&address));
    on_loopback_only(first);

    // Opening a lesson starts both twins.
    let http = auth_core::http_client::HttpClient::new().unwrap();
    let lesson = http.reqwest().get(format!("{address}/lessons/redirect-uri-prefix"));
    assert_eq!(http.send(lesson).await.unwrap().status, 200);
    for port in first + 1..=first + 8 {
        on_loopback_only(port);
    }
}

#[test]
fn no_option_and_no_other_place_in_the_code_chooses_an_address() {
    for option in ["--listen", "--address", "--host", "--bind"] {
        let run =
            Command::new(env!("CARGO_BIN_EXE_pitfalls-lab")).args([option, "0.0.0.0"]).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{option}");
    }
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut places = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if ["UNSPECIFIED", "0.0.0.0", "[::]"]
                .iter()
                .any(|any| fs::read_to_string(&entry).unwrap().contains(any))
            {
                places.push(entry.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    assert_eq!(places, ["place.rs"]);
}
