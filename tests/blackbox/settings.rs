//! What the authorization server refuses to start with, and what it makes of its settings: as a real
//! process with an environment.

use std::{process::Command, time::Duration};

use tests::{
    Browser, Reply, TestServer,
    command::{Running, all_written, command, run, text, wait_for},
    server::free_listener,
};

const KEY: &str = "8f2b6c1d4e7a9035b1c8d2e6f40a7b93c5d8e1f2a6b7043d9e8c1f5a2b6d7e04";

/// A server that would start: each test spoils one setting.
fn serve(port: u16, folder: &tempfile::TempDir) -> Command {
    let mut command = command("authorization-server");
    command
        .arg("serve")
        .env("AS_LISTEN", format!("127.0.0.1:{port}"))
        .env("AS_ISSUER", format!("http://localhost:{port}"))
        .env("AS_DATABASE_URL", format!("sqlite:{}", folder.path().join("as.sqlite3").display()))
        .env("AS_MASTER_KEY", KEY)
        .env("AS_DEV", "1");
    command
}

fn free_port() -> u16 {
    free_listener().1
}

/// The process ends with an error that names the setting and shows no secret.
#[track_caller]
fn expect_refused(command: Command, setting: &str) -> String {
    let output = run(command, "");
    let written = all_written(&output);
    assert!(!output.status.success(), "it started: {written}");
    assert!(written.contains(setting), "{setting} is not named: {written}");
    assert!(!written.contains("panicked"), "{written}");
    written
}

#[test]
fn an_http_issuer_is_refused_without_as_dev() {
    let folder = tempfile::tempdir().unwrap();
    for dev in [None, Some("0")] {
        let mut command = serve(free_port(), &folder);
        command.env_remove("AS_DEV");
        dev.map(|value| command.env("AS_DEV", value));
        expect_refused(command, "AS_ISSUER");
    }
}

#[test]
fn as_dev_allows_http_on_loopback_only() {
    let folder = tempfile::tempdir().unwrap();
    for issuer in ["http://auth.example.com", "http://10.0.0.1:9000", "http://localhost.evil.example"] {
        let mut command = serve(free_port(), &folder);
        command.env("AS_ISSUER", issuer);
        expect_refused(command, "AS_ISSUER");
    }
}

#[test]
fn an_issuer_that_is_none_is_refused() {
    // OpenID Connect Discovery §3: https, no query, no fragment.
    let folder = tempfile::tempdir().unwrap();
    for issuer in [
        "https://auth.example.com/?x=y",
        "https://auth.example.com/#x",
        "auth.example.com",
        "ftp://auth.example.com",
        "",
    ] {
        let mut command = serve(free_port(), &folder);
        command.env("AS_ISSUER", issuer);
        expect_refused(command, "AS_ISSUER");
    }
}

#[test]
fn a_missing_weak_or_published_master_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for key in [
        "",
        "short",
        "your-secret-key",
        &"0".repeat(64),
        &"ab".repeat(32),
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        // The key that the FastAPI tutorial prints.
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "LAB-ONLY-0123456789abcdef0123456789abcdef",
        &KEY[..62],
    ] {
        let mut command = serve(free_port(), &folder);
        command.env("AS_MASTER_KEY", key);
        let written = expect_refused(command, "AS_MASTER_KEY");
        assert!(
            key.is_empty() || written.contains("openssl rand -hex 32"),
            "it does not say how to make one: {written}"
        );
        assert!(key.len() < 8 || !written.contains(key), "the key is shown: {written}");
    }
    let mut command = serve(free_port(), &folder);
    command.env_remove("AS_MASTER_KEY");
    expect_refused(command, "AS_MASTER_KEY");
}

#[test]
fn a_key_and_a_key_file_at_once_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, KEY).unwrap();
    let mut command = serve(free_port(), &folder);
    command.env("AS_MASTER_KEY_FILE", &file);
    expect_refused(command, "AS_MASTER_KEY");
    let mut command = serve(free_port(), &folder);
    command.env_remove("AS_MASTER_KEY").env("AS_MASTER_KEY_FILE", folder.path().join("missing"));
    expect_refused(command, "AS_MASTER_KEY_FILE");
}

#[test]
fn a_taken_port_names_the_port_and_the_setting() {
    let folder = tempfile::tempdir().unwrap();
    let (_taken, port) = free_listener();
    let written = expect_refused(serve(port, &folder), "AS_LISTEN");
    assert!(written.contains(&port.to_string()), "{written}");
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("AS_SCOPES", "not a scope=x"),
        ("AS_ACCESS_TOKEN_EXPIRE_SECONDS", "soon"),
        ("AS_ACCESS_TOKEN_EXPIRE_SECONDS", "0"),
        ("AS_LISTEN", "nowhere"),
        ("AS_DATABASE_URL", "mysql://localhost/x"),
        ("AS_DATABASE_URL", "sqlite:/no/such/folder/as.sqlite3"),
    ] {
        let mut command = serve(free_port(), &folder);
        command.env(name, value);
        // Clap names the option, our own checks the variable.
        let option = name.trim_start_matches("AS_").to_ascii_lowercase().replace('_', "-");
        let output = run(command, "");
        let written = all_written(&output);
        assert!(!output.status.success(), "{name}={value} was accepted");
        assert!(written.contains(name) || written.contains(&option), "{name}={value}: {written}");
    }
}

#[test]
fn help_lists_the_settings_with_their_defaults() {
    let mut command = command("authorization-server");
    command.args(["serve", "--help"]);
    let output = run(command, "");
    assert!(output.status.success());
    let help = text(&output.stdout);
    for name in [
        "AS_LISTEN",
        "AS_ISSUER",
        "AS_DATABASE_URL",
        "AS_MASTER_KEY",
        "AS_SCOPES",
        "AS_DEV",
        "AS_ACCESS_TOKEN_EXPIRE_SECONDS",
        "AS_AUTHORIZATION_CODE_EXPIRE_SECONDS",
        "AS_REFRESH_TOKEN_EXPIRE_SECONDS",
    ] {
        assert!(help.contains(name), "{name} is not in the help: {help}");
    }
    for default in ["900", "60"] {
        assert!(help.contains(default), "{default} is not in the help: {help}");
    }
}

#[tokio::test]
async fn it_starts_from_a_key_file_serves_and_ends_on_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, format!("{KEY}\n")).unwrap();
    let port = free_port();
    let mut command = serve(port, &folder);
    command.env_remove("AS_MASTER_KEY").env("AS_MASTER_KEY_FILE", &file);
    command.env("AS_SCOPES", "openid=Sign you in,coffee:brew=Brew coffee");
    let running = tokio::task::spawn_blocking(move || Running::start(command)).await.unwrap();
    wait_for(&format!("http://localhost:{port}/readyz")).await.expect(200);
    let document =
        wait_for(&format!("http://localhost:{port}/.well-known/openid-configuration")).await.json();
    assert!(document["scopes_supported"].as_array().unwrap().contains(&"coffee:brew".into()), "{document}");
    let (code, took, log) = tokio::task::spawn_blocking(move || running.terminate()).await.unwrap();
    assert_eq!(code, Some(0), "{log}");
    assert!(took < Duration::from_secs(6), "{took:?}");
    assert!(!log.contains(KEY), "{log}");
}

/// A server behind a proxy that ends TLS: its issuer is https.
async fn behind_a_proxy() -> TestServer {
    TestServer::start_with(|settings| {
        settings.issuer = auth_core::settings::Issuer::parse("https://auth.example.com", false).unwrap();
        settings.dev = false;
    })
    .await
}

#[tokio::test]
async fn behind_https_cookies_are_secure_and_hsts_is_sent() {
    let server = behind_a_proxy().await;
    let reply: Reply = Browser::new().get(server.url("/accounts/login")).await.expect(200);
    let cookies = reply.header_values("set-cookie");
    assert!(!cookies.is_empty());
    for cookie in cookies {
        assert!(cookie.to_ascii_lowercase().contains("; secure"), "{cookie}");
        assert!(cookie.starts_with("__Host-"), "no other host may plant it: {cookie}");
    }
    assert!(reply.header("strict-transport-security").unwrap().contains("max-age="));
}

#[tokio::test]
async fn behind_https_the_origin_that_counts_is_the_issuers() {
    let server = behind_a_proxy().await;
    server.user("alice").await;
    let mut browser = Browser::new();
    let page = browser.get(server.url("/accounts/login")).await.expect(200);
    let form = page.page().form().set("username", "alice").set("password", "open-sesame-alice");
    let own = [("origin", "https://auth.example.com"), ("sec-fetch-site", "same-origin")];
    let plain = [("origin", server.issuer.as_str())];
    browser.submit_with(&page, form.clone(), &plain).await.expect_error_page(403);
    browser.submit_with(&page, form, &own).await.expect(303);
}
