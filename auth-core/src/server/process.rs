use std::io::IsTerminal as _;

use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::Directive;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::wire;

/// A token that Ctrl-C or SIGTERM cancels. Call it inside a Tokio runtime, once per process.
pub fn shutdown_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let stop = token.clone();
    tokio::spawn(async move {
        // Without signal handlers the system's own apply, and a signal ends the process at once.
        if let Err(error) = signalled().await {
            tracing::warn!(%error, "signals can't be awaited: the end will not be graceful");
            return;
        }
        tracing::info!("stopping");
        stop.cancel();
    });
    token
}

#[cfg(unix)]
async fn signalled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signalled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// SIGHUPs, one after the other: by custom they ask a server to read its files again. Where there are
/// no such signals, none ever comes.
#[cfg(any(feature = "axum", feature = "actix"))]
#[derive(Debug)]
pub(super) struct Hangups(#[cfg(unix)] Option<tokio::signal::unix::Signal>);

#[cfg(any(feature = "axum", feature = "actix"))]
impl Hangups {
    #[cfg(unix)]
    pub(super) fn new() -> Hangups {
        Hangups(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok())
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> Hangups {
        Hangups()
    }

    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signals) = &mut self.0
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

// ANCHOR: talkative
/// These print headers, queries or bodies when they are asked for details, and so they aren't
/// asked, whatever `RUST_LOG` says.
const TALKATIVE: [&str; 6] = ["h2", "hyper", "hyper_util", "reqwest", "actix_http", "oauth2"];
// ANCHOR_END: talkative

/// Starts the log on standard error. What is shown is chosen with `RUST_LOG` (by default
/// `default`, for instance `"info"`); `LOG_FORMAT=json` prints a line of JSON for each event.
///
/// No event of ours contains a secret, a header, a query or a body.
pub fn init_logging(default: &str) {
    let wanted = std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let mut filter = EnvFilter::builder().parse_lossy(wanted.as_deref().unwrap_or(default));
    let quiet = TALKATIVE.iter().map(|target| format!("{target}=info"));
    for directive in quiet.filter_map(|d| d.parse::<Directive>().ok()) {
        filter = filter.add_directive(directive);
    }
    // Colours are for a terminal: in a file they are noise.
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let json = std::env::var("LOG_FORMAT").is_ok_and(|format| format == "json");
    let log = if json { log.json().boxed() } else { log.boxed() };
    let all = tracing_subscriber::registry().with(log.with_filter(filter)).with(wire::handlers());
    // A second call, as tests make it, leaves the first log in place.
    let _ = all.try_init();
}
