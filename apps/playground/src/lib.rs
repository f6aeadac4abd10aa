//! Every party of OAuth 2 in one process, over one data folder: the front door of this workspace.
//!
//! The parties don't know that they share a process. Each is built from its own settings, exactly
//! as its binary does it, and they meet over HTTP.

mod assets;
mod data;
mod docs;
mod front_door;
pub mod inspector;
mod page;
mod parties;
mod seed;
mod settings;
mod tls;
mod worker;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use auth_core::server::StartError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use front_door::front_door;
pub use settings::{Addresses, Ports, Settings};

use crate::data::DataFolder;
use crate::seed::DEMO_USERS;
use crate::settings::Sockets;
use crate::tls::Tls;

/// When everything is gone after the signal to stop. The servers keep this limit themselves; alone,
/// the worker may take longer.
const GONE: Duration = Duration::from_millis(4500);

/// All parties, running.
#[derive(Debug)]
pub struct Playground {
    addresses: Addresses,
    running: Running,
    data: DataFolder,
    /// What a browser must trust, with TLS.
    authority: Option<PathBuf>,
}

/// The tasks of the parties, and what ends them.
#[derive(Debug)]
struct Running {
    tasks: JoinSet<(&'static str, io::Result<()>)>,
    shutdown: CancellationToken,
}

impl Playground {
    /// Locks the data folder, binds every port, makes what is missing in the folder, and starts all
    /// parties. Cancelling `shutdown` ends them.
    ///
    /// # Errors
    /// When another playground uses the folder, a port is taken, or a party does not start; then none
    /// is left running.
    pub async fn start(settings: Settings, shutdown: CancellationToken) -> Result<Playground, StartError> {
        let data = DataFolder::open(&settings.data)?;
        let sockets = Sockets::bind(&settings.ports)?;
        let tls = settings.tls.then(|| Tls::prepare(&data)).transpose()?;
        let addresses = sockets.addresses(if settings.tls { "https" } else { "http" })?;
        let mut running = Running { tasks: JoinSet::new(), shutdown: shutdown.child_token() };
        match parties::start(&data, sockets, &addresses, tls.as_ref(), &mut running).await {
            Ok(()) => Ok(Playground { addresses, running, data, authority: tls.map(|tls| tls.authority) }),
            Err(error) => {
                running.shutdown.cancel();
                while running.tasks.join_next().await.is_some() {}
                Err(error)
            }
        }
    }

    /// Where the parties are.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Waits until `shutdown` is cancelled and every party has ended, which takes no longer than
    /// five seconds.
    ///
    /// # Errors
    /// When a party ended by itself; the others are stopped then, for without it nothing can be shown.
    pub async fn run(mut self) -> io::Result<()> {
        let Running { tasks, shutdown } = &mut self.running;
        let deadline = {
            let shutdown = shutdown.clone();
            async move {
                shutdown.cancelled().await;
                tokio::time::sleep(GONE).await;
            }
        };
        tokio::pin!(deadline);
        let mut first = Ok(());
        loop {
            let ended = tokio::select! {
                ended = tasks.join_next() => ended,
                () = &mut deadline => None,
            };
            let Some(ended) = ended else { return first };
            let asked_for = shutdown.is_cancelled();
            shutdown.cancel();
            let problem = match ended {
                Ok((_, Ok(()))) if asked_for => continue,
                Ok((party, Ok(()))) => format!("the {party} ended by itself"),
                Ok((party, Err(error))) => format!("the {party} failed: {error}"),
                Err(error) => format!("a party failed: {error}"),
            };
            first = first.and(Err(io::Error::other(problem)));
        }
    }
}

/// The table that the terminal shows.
impl fmt::Display for Playground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = &self.addresses;
        writeln!(f, "OAuth 2 by Example, in Rust: every party is running.\n")?;
        let row = |f: &mut fmt::Formatter<'_>, name: &str, value: &str| writeln!(f, "  {name:<22} {value}");
        row(f, "start here", &at.playground)?;
        row(f, "web client", &at.client)?;
        row(f, "authorization server", &at.authorization_server)?;
        row(f, "notes API", &at.resource_api)?;
        row(f, "password bearer API", &at.password_bearer_api)?;
        row(f, "worker", "makes reports of new notes")?;
        writeln!(f)?;
        for (index, user) in DEMO_USERS.iter().enumerate() {
            let name = if index == 0 { "sign in as" } else { "or as" };
            row(f, name, &format!("{} with {}", user.username, user.password))?;
        }
        writeln!(f)?;
        if let Some(authority) = &self.authority {
            row(f, "trust", &format!("{} in your browser: good for localhost only", authority.display()))?;
        }
        row(f, "data", &format!("{} (delete it to begin anew)", self.data.path().display()))?;
        row(f, "stop", "Ctrl-C")
    }
}

#[cfg(test)]
mod tests;
