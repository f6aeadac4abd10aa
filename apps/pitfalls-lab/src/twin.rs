//! A twin: the four parties with one set of checks, on four loopback ports.

use std::sync::Arc;

use auth_core::http_client::HttpClient;
use auth_core::server::{Listen, StartError};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::browser::{Engine, Screen};
use crate::checks::Checks;
use crate::outcome::Broken;
use crate::parties::{self, Urls, World};
use crate::place;
use crate::targets::Targets;
use crate::wire::Moment;

pub use crate::wire::Exchange;

/// The four parties, running. They stop when this is dropped.
pub struct Twin {
    world: Arc<World>,
    targets: Targets,
    _stop: DropGuard,
}

impl std::fmt::Debug for Twin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Twin").field("targets", &self.targets).finish_non_exhaustive()
    }
}

impl Twin {
    /// Starts the parties with these checks on free ports.
    ///
    /// # Errors
    /// [`StartError`] when the machine has no ports left.
    pub async fn start(checks: Checks) -> Result<Self, StartError> {
        Self::start_on(checks, None).await
    }

    /// Starts the parties on `first_port` and the three after it. Always on the loopback address:
    /// a port can be chosen, an address cannot (see `place`).
    ///
    /// # Errors
    /// [`StartError`] when one of the ports is taken.
    pub async fn start_on(checks: Checks, first_port: Option<u16>) -> Result<Self, StartError> {
        let bind = |offset: u16| {
            let port = first_port.map_or(0, |first| first + offset);
            Listen::Address(place::address(port)).bind("--port")
        };
        let listeners = [bind(0)?, bind(1)?, bind(2)?, bind(3)?];
        let mut ports = [0; 4];
        for (port, listener) in ports.iter_mut().zip(&listeners) {
            let address = listener.local_addr();
            *port = address.map_err(|error| StartError::new(error.to_string(), "try again"))?.port();
        }
        let urls = Urls::of_ports(ports);
        let http = HttpClient::new().map_err(|error| StartError::new(error.to_string(), "try again"))?;
        let world = Arc::new(World::new(checks, urls).await?);
        let stop = CancellationToken::new();
        let routers = parties::routers(&world);
        for (listener, router) in listeners.into_iter().zip(routers) {
            parties::serve(listener, router, stop.clone())?;
        }
        Ok(Self { targets: Targets::new(Arc::clone(&world), http), world, _stop: stop.drop_guard() })
    }

    /// Gives the victims this kind of browser, in place of the driver.
    #[must_use]
    pub fn with_victims_in(self, engine: Engine) -> Self {
        Self { targets: self.targets.with_victims_in(engine), ..self }
    }

    /// What an exploit is aimed at.
    #[must_use]
    pub const fn targets(&self) -> &Targets {
        &self.targets
    }

    /// Forgets everything that has happened: users, codes, tokens, sessions and messages.
    ///
    /// # Errors
    /// [`StartError`] when no new keys can be made.
    pub async fn reset(&self) -> Result<(), StartError> {
        self.world.reset().await
    }

    /// What Chromium showed to victims since the last reset; nothing, when the driver played them.
    #[must_use]
    pub fn screens(&self) -> Vec<Screen> {
        self.world.screens.all()
    }

    /// Opens the attacker's notebook, for the last picture: what has arrived there, if anything has.
    ///
    /// # Errors
    /// [`Broken`] when the browser does not show it.
    pub async fn show_the_notebook(&self) -> Result<(), Broken> {
        if self.targets.attacker_log().is_empty() {
            return Ok(());
        }
        let mallory = self.targets.victim();
        mallory.open(&format!("{}/log", self.targets.urls().attacker)).await.map(drop)
    }

    /// What went over the wire since the last reset.
    #[must_use]
    pub fn wire(&self) -> Vec<Exchange> {
        self.world.wire.all()
    }

    /// Where each of these messages stands to the exploit's end.
    pub(crate) fn moments(&self) -> Vec<Moment> {
        self.world.wire.moments()
    }

    /// The exploit has ended; what comes now is somebody's at this twin by hand, or was waiting.
    pub(crate) fn exploit_ended(&self) {
        self.world.wire.exploit_ended();
    }
}
