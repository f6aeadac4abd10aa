//! The worker as a program: its exit status, its signals, its log.

use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use crate::world::{SECRET, World};

/// The program itself, with nothing in its environment but what it needs.
fn program(url: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_client-credentials-worker"));
    program
        .env_clear()
        .envs([("ISSUER", url), ("API_URL", url), ("CLIENT_ID", "reporter"), ("CLIENT_SECRET", SECRET)])
        .envs([("INTERVAL_SECONDS", "1"), ("RUST_LOG", "trace")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    program
}

/// Waits for the program to end, while the servers go on.
async fn ended(program: Child) -> Output {
    tokio::task::spawn_blocking(|| program.wait_with_output()).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_exit_status_tells_cron_how_it_went() {
    let world = World::start().await;
    let url = world.state().url.clone();
    let good = ended(program(&url).arg("--once").spawn().unwrap()).await;
    assert_eq!(good.status.code(), Some(0));
    assert_eq!(world.counts(), (1, 2, 3));

    world.state().troubles = vec![(StatusCode::BAD_GATEWAY, None)];
    let failed = ended(program(&url).arg("--once").spawn().unwrap()).await;
    assert_eq!(failed.status.code(), Some(1));

    let unset = ended(program(&url).env_remove("CLIENT_SECRET").spawn().unwrap()).await;
    assert_eq!(unset.status.code(), Some(2));
    let says = String::from_utf8(unset.stderr).unwrap();
    assert!(says.contains("CLIENT_SECRET is not set: register this worker"), "{says}");

    let help = ended(program(&url).arg("--help").spawn().unwrap()).await;
    assert_eq!(help.status.code(), Some(0));
    let help = String::from_utf8(help.stdout).unwrap();
    for setting in [
        "ISSUER",
        "CLIENT_ID",
        "CLIENT_SECRET_FILE",
        "SCOPES",
        "RESOURCE",
        "API_URL",
        "INTERVAL_SECONDS",
        "--once",
    ] {
        assert!(help.contains(setting), "{setting} in\n{help}");
    }
    assert!(!help.contains(SECRET));
}

/// On every level of the log; and a failure that goes on is said once.
#[cfg(unix)]
#[tokio::test]
async fn sigterm_ends_it_well_and_its_log_holds_neither_secret_nor_token() {
    let world = World::start().await;
    world.state().revoked = vec!["Bearer token-1".into()];
    world.state().troubles = vec![(StatusCode::BAD_GATEWAY, None), (StatusCode::BAD_GATEWAY, None)];
    let url = world.state().url.clone();
    let child = program(&url).spawn().unwrap();
    let pid = child.id().to_string();
    let start = Instant::now();
    while world.counts().1 < 2 {
        assert!(start.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let output = tokio::time::timeout(Duration::from_secs(5), ended(child)).await.unwrap();
    assert_eq!(output.status.code(), Some(0));

    let log = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(log.contains("getting a new one") && log.contains("it works again"), "{log}");
    assert_eq!(log.matches("round failed").count(), 1, "{log}");
    // Plain, and as it travels: "reporter:q3Rk…" in base64.
    for secret in [SECRET, "token-1", "token-2", "cmVwb3J0ZXI6cTNSazhzVmQwWnBMeDcxbVdiVG5ZY0hmR2pVYUVvSWk"] {
        assert!(!log.contains(secret), "{secret} in\n{log}");
    }
}
