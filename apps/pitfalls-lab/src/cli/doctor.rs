//! `doctor`: whether this machine has what the lab needs, before the class starts.

mod browser;

use std::net::ToSocketAddrs;
use std::process::{Command, ExitCode};

use super::ports;
use crate::checks::Checks;
use crate::honest;
use crate::twin::Twin;

/// One finding: what was looked at, and what is wrong with it.
type Finding = (&'static str, Result<String, String>);

pub(super) async fn run(port: u16) -> ExitCode {
    let findings = [
        ("ports", ports::free(port)),
        ("names under .localhost", Ok(names())),
        ("a twin starts and the honest flow works", honest_flow().await),
        ("cargo, for exercises", cargo()),
        ("a browser", browser::works().await),
    ];
    let mut healthy = true;
    for (what, found) in findings as [Finding; 5] {
        match found {
            Ok(text) => say!("✓ {what}: {text}"),
            Err(text) => {
                healthy = false;
                say!("✗ {what}: {text}");
            }
        }
    }
    if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The lab's own clients know these names (RFC 6761 §6.3); Chromium, Firefox and curl do, too.
fn names() -> String {
    let resolved = ("as.localhost", 80).to_socket_addrs();
    if resolved.is_ok_and(|mut found| found.any(|address| address.ip().is_loopback())) {
        return "this machine's resolver knows them".to_owned();
    }
    "the resolver does not know them. Chromium, Firefox and curl do by themselves; for Safari add \
     '127.0.0.1 lab.localhost as.localhost client.localhost api.localhost evil.localhost \
     client.localhost.evil.localhost' to the hosts file"
        .to_owned()
}

async fn honest_flow() -> Result<String, String> {
    let twin = Twin::start(Checks::default()).await.map_err(|error| error.to_string())?;
    honest::run(twin.targets()).await.map_err(|broken| broken.to_string())?;
    cookies_are_isolated(&twin)
}

/// Cookies of one party must not reach another: what names, and not ports, are for.
fn cookies_are_isolated(twin: &Twin) -> Result<String, String> {
    let parties = [&twin.targets().urls().authorization_server, &twin.targets().urls().attacker];
    let leaked = twin.wire().iter().any(|exchange| {
        let at_attacker = parties[1].ends_with(&exchange.to);
        at_attacker && exchange.request.iter().any(|line| line.contains("lab_as_session"))
    });
    if leaked {
        Err("a cookie of one party reached another".to_owned())
    } else {
        Ok("yes, and cookies stay with their site".to_owned())
    }
}

fn cargo() -> Result<String, String> {
    let version = Command::new("cargo").arg("--version").output();
    let version = version.map_err(|error| format!("not found ({error}): install Rust from rustup.rs"))?;
    Ok(String::from_utf8_lossy(&version.stdout).trim().to_owned())
}
