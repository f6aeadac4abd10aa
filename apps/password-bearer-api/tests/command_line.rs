//! The program itself: what it refuses to start with, and what it makes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_password-bearer-api"));
    command.env_clear().env("DATA_DIR", folder).env("LISTEN", "127.0.0.1:0").env("TZ", "Pacific/Kiritimati");
    command
}

fn refusal(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(1));
    String::from_utf8(stderr).unwrap()
}

/// A running server; ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the server and gives the address that it says it listens on.
fn start(command: &mut Command) -> (Running, String) {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let (mut stderr, mut log) = (child.stderr.take().unwrap(), String::new());
    let running = Running(child);
    let mut byte = [0];
    while stderr.read(&mut byte).unwrap() == 1 {
        log.push(char::from(byte[0]));
        if let Some((_, rest)) = log.split_once("http://127.0.0.1:")
            && let Some((port, _)) = rest.split_once(|c: char| !c.is_ascii_digit())
        {
            let url = format!("http://127.0.0.1:{port}");
            std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
            return (running, url);
        }
    }
    panic!("it did not start: {log}");
}

#[test]
fn a_missing_weak_or_published_key_is_refused_and_a_good_one_explained() {
    let folder = tempfile::tempdir().unwrap();
    for key in [
        None,
        Some("your-secret-key"),
        Some("09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"),
        Some("0123456789abcdef"),
        Some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        Some(""),
    ] {
        let mut command = program(folder.path());
        if let Some(key) = key {
            command.env("SECRET_KEY", key);
        }
        let said = refusal(&mut command);
        assert!(said.contains("SECRET_KEY"), "{key:?}: {said}");
        assert!(said.contains("openssl rand -hex 32") || key == Some(""), "{key:?}: {said}");
        assert!(key.is_none_or(|key| key.is_empty() || !said.contains(key)), "{said}");
    }
}

#[test]
fn other_settings_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for (setting, value) in [
        ("PUBLIC_URL", "http://api.example.com"),
        ("DATABASE_URL", "mysql://localhost/db"),
        ("CORS_ORIGINS", "*"),
        ("SIGNING_KEY_FILE", "/nonexistent"),
    ] {
        let mut command = program(folder.path());
        command.env(setting, value);
        if setting != "SIGNING_KEY_FILE" {
            command.arg("--dev");
        }
        let said = refusal(&mut command);
        assert!(said.contains(setting), "{setting}: {said}");
    }
    for (setting, value) in [
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "31"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "0"),
        ("TRUSTED_PROXIES", "x"),
    ] {
        let output = program(folder.path()).arg("--dev").env(setting, value).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{setting}={value}");
    }
}

#[test]
fn help_says_what_it_is_and_how_to_try_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path()).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "SECRET_KEY",
        "curl localhost:8001/token",
        "DATABASE_URL",
        "ACCESS_TOKEN_EXPIRE_MINUTES",
        "--dev",
        "createuser",
    ] {
        assert!(help.contains(expected), "{expected} is missing in {help}");
    }
}

#[tokio::test]
async fn with_dev_it_starts_makes_a_key_and_serves_a_user_who_was_made_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program(folder.path())
        .args(["createuser", "--username", "root", "--password-stdin", "--scope", "me items admin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"correct horse\n").unwrap();
    assert!(child.wait().unwrap().success());

    let (server, url) = start(program(folder.path()).arg("--dev"));
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    let form = [("username", "root"), ("password", "correct horse"), ("scope", "admin")];
    let login = http.post(format!("{url}/token")).form(&form).send().await.unwrap();
    let login: serde_json::Value = login.json().await.unwrap();
    let token = login["access_token"].as_str().unwrap().to_owned();

    let port = url.rsplit(':').next().unwrap();
    let mut check = program(folder.path());
    check.arg("--healthcheck").env("LISTEN", format!("127.0.0.1:{port}"));
    assert!(check.status().unwrap().success(), "it says that it is ready");
    drop(server);
    assert!(!check.stderr(Stdio::null()).status().unwrap().success(), "nobody says so any more");

    // A second start finds the key and the login again.
    let (_server, url) = start(program(folder.path()).arg("--dev"));
    let users = http.get(format!("{url}/admin/users")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(users.status(), 200);
}
