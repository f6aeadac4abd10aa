//! Python's Authlib: `authlib_client.py` is the client, this test is its user at the browser.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tests::{Authorized, Browser, NewClient, TestServer, chrome::skip, command::target_folder};

/// The versions that the script was written against.
const PACKAGES: [&str; 2] = ["Authlib==1.9.9", "requests==2.34.2"];

/// A virtual environment with Authlib, made once under `target/`; nothing if the machine has no Python.
fn python() -> Option<PathBuf> {
    let folder = target_folder().join("interop-python");
    let python = folder.join("bin/python");
    let marker = folder.join(PACKAGES.join("+"));
    if marker.exists() {
        return Some(python);
    }
    let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).output();
    if !made.is_ok_and(|output| output.status.success()) {
        return None;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let installed = Command::new(&python).args(pip).args(PACKAGES).output().unwrap();
    if !installed.status.success() {
        let why = String::from_utf8_lossy(&installed.stderr).into_owned();
        let _ = writeln!(std::io::stderr(), "pip could not install Authlib: {why}");
        return None;
    }
    std::fs::write(marker, "").unwrap();
    Some(python)
}

#[tokio::test]
async fn it_completes_code_refresh_introspection_revocation_and_client_credentials() {
    let Some(python) = tokio::task::spawn_blocking(python).await.unwrap() else {
        skip("interoperability with Authlib", "Python 3 with venv, or a way to PyPI,", "REQUIRE_INTEROP");
        return;
    };
    let server = TestServer::start().await;
    server.user("alice").await;
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    let client = server.register(NewClient::web("Notes").grants(&grants)).await;

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/authlib_client.py");
    let mut process = Command::new(python)
        .arg(script)
        .env("ISSUER", &server.issuer)
        .env("CLIENT_ID", &client.client_id)
        .env("CLIENT_SECRET", client.secret())
        .env("REDIRECT_URI", &client.redirect_uri)
        .env("NO_PROXY", "*")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut answers, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());

    // Its first line is where the user has to go; what comes back is where the user ended up.
    let (url, mut output) = tokio::task::spawn_blocking(move || {
        let mut lines = BufReader::new(output).lines();
        (lines.next().and_then(Result::ok), lines)
    })
    .await
    .unwrap();
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    if let Some(url) = url.filter(|line| line.starts_with("http")) {
        let consent = browser.open(&url).await.expect(200);
        let answer = browser.allow(&consent).await;
        Authorized::of(&answer).code();
        writeln!(answers, "{}", answer.location().unwrap()).unwrap();
    }
    drop(answers);
    let (said, ended) = tokio::task::spawn_blocking(move || {
        let said: Vec<String> = output.by_ref().map_while(Result::ok).collect();
        (said, process.wait_with_output().unwrap())
    })
    .await
    .unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{said:?}\n{errors}");
    let steps = [
        "discovery",
        "code",
        "id_token",
        "userinfo",
        "refresh",
        "introspection",
        "revocation",
        "client_credentials",
    ];
    assert_eq!(said, steps, "{errors}");
}
