//! Round after round, until told to stop.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use auth_core::clock::Clock;
use auth_core::http_client::HttpClient;
use auth_core::server::{self, Limits, Listen, Server, StartError};
use auth_core::token_source::{Backoff, ClientCredentials, TokenSource};
use auth_core::wire::Wire;
use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::api::{Api, ApiError};
use crate::report::Report;
use crate::settings::Settings;
use crate::status::{Snapshot, Status};

/// How long the last round may take once the worker has been told to stop. Process managers wait
/// for 10 to 30 s before they use force.
const GRACE: Duration = Duration::from_secs(8);

/// The worker, ready to run.
#[derive(Debug)]
pub struct Worker {
    api: Api,
    interval: Duration,
    once: bool,
    clock: Clock,
    status: Status,
    wire: Option<Wire>,
}

/// Why a round was not a good one.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// It broke off: the rest of it would have failed as well.
    #[error(transparent)]
    BrokenOff(#[from] ApiError),
    /// The API refused some of the reports, which wait for the next round.
    #[error("{0} of the reports were refused")]
    Incomplete(usize),
}

impl RoundError {
    /// When the next round makes sense; the back-off says when the other side does not.
    fn retry_in(&self, backoff: &mut Backoff) -> Duration {
        match self {
            // The source of tokens has a back-off of its own.
            Self::BrokenOff(ApiError::Token(error)) => error.retry_in(),
            Self::BrokenOff(ApiError::Busy { retry_after, .. }) => backoff.next_delay(*retry_after),
            Self::BrokenOff(_) | Self::Incomplete(_) => backoff.next_delay(None),
        }
    }
}

impl Worker {
    /// Gets everything ready. Neither the authorization server nor the API need be up yet.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn build(settings: Settings) -> Result<Self, StartError> {
        let http = HttpClient::trusting(settings.extra_ca_file.as_deref()).map_err(|error| {
            StartError::new(error.to_string(), "check EXTRA_CA_FILE and this system's certificates")
        })?;
        let tokens = TokenSource::client_credentials(ClientCredentials {
            http: http.clone(),
            issuer: settings.issuer,
            client_id: settings.client_id,
            client_secret: settings.client_secret,
            scopes: settings.scopes,
            resource: settings.resource,
            clock: settings.clock.clone(),
        });
        Ok(Self {
            api: Api { http, tokens, base: settings.api_url, clock: settings.clock.clone() },
            interval: settings.interval,
            once: settings.once,
            clock: settings.clock,
            status: Status::default(),
            wire: settings.wire,
        })
    }

    /// Shows what the worker is doing while it runs.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.clone()
    }

    /// A server for the health checks of a worker that has no port otherwise: ready is one whose last
    /// round was a good one.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn health(&self, listen: SocketAddr) -> Result<Server, StartError> {
        let listener = Listen::Address(listen).bind("HEALTH_LISTEN")?;
        let server = server::axum(listener, Router::new(), Limits::default())?;
        let status = self.status();
        Ok(server.ready_when(move || {
            let Snapshot { last_round, last_error, .. } = status.snapshot();
            std::future::ready(match (last_round, last_error) {
                (None, _) => Err("there was no round yet".to_owned()),
                (Some(_), Some(error)) => Err(error),
                (Some(_), None) => Ok(()),
            })
        }))
    }

    /// Works until `shutdown` is cancelled: a round that has begun is finished first, if it takes
    /// no longer than a few seconds. Failures are logged, shown in the [`Status`] and tried again.
    ///
    /// # Errors
    /// With `once`, the failure of the one round. Without it there is none.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), RoundError> {
        // ANCHOR: rounds
        let mut backoff = Backoff::default();
        loop {
            let Some(outcome) = within_grace(self.watched_round(), &shutdown).await else {
                tracing::warn!("the round took too long to finish and was broken off");
                return Ok(());
            };
            self.tell(&outcome);
            if self.once {
                return outcome.map(drop);
            }
            let pause = match outcome {
                Ok(_) => {
                    backoff = Backoff::default();
                    self.interval
                }
                Err(error) => error.retry_in(&mut backoff),
            };
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
        }
        // ANCHOR_END: rounds
    }

    /// One round, as the flow inspector sees it if there is one.
    async fn watched_round(&self) -> Result<usize, RoundError> {
        match &self.wire {
            Some(wire) => wire.calling(self.round()).await,
            None => self.round().await,
        }
    }

    /// One round: gets what is pending, and makes and puts each report.
    async fn round(&self) -> Result<usize, RoundError> {
        let (mut made, mut refused) = (0, 0);
        for pending in self.api.pending().await? {
            match self.api.put(&pending.id, &Report::of(&pending.text)).await {
                Ok(()) => {
                    made += 1;
                    self.status.update(|status| status.reports_made += 1);
                }
                // One text that the API will not have does not hold up the others. (A 404 is no
                // failure: the text is gone, and so is the need for its report.)
                Err(ApiError::Refused(status)) if status == 404 => {}
                Err(ApiError::Refused(status)) => {
                    tracing::warn!(id = pending.id.escape_debug().to_string(), %status, "report refused");
                    refused += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
        if refused == 0 { Ok(made) } else { Err(RoundError::Incomplete(refused)) }
    }

    /// Logs and shows how a round ended. What goes on failing in the same way is said once.
    fn tell(&self, outcome: &Result<usize, RoundError>) {
        let before = self.status.snapshot();
        let error = outcome.as_ref().err().map(ToString::to_string);
        match (outcome, &error) {
            (Err(_), Some(error)) if before.last_error.as_ref() != Some(error) => {
                tracing::warn!(%error, "round failed");
            }
            (Err(_), _) => tracing::debug!("the same failure again"),
            (Ok(made), _) if before.last_error.is_some() => {
                tracing::info!(made, "round finished: it works again");
            }
            (Ok(made), _) if *made > 0 => tracing::info!(made, "round finished"),
            (Ok(_), _) => tracing::debug!("round finished: nothing was pending"),
        }
        let now = self.clock.now();
        self.status.update(|status| {
            status.last_round = Some(now);
            status.last_error = error;
        });
    }
}

/// The outcome of `round`, or `None` if it is still not there [`GRACE`] after the shutdown.
async fn within_grace<T>(round: impl Future<Output = T>, shutdown: &CancellationToken) -> Option<T> {
    let too_late = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        // A round that is done counts, even in the moment when its time is up.
        biased;
        outcome = round => Some(outcome),
        () = too_late => None,
    }
}
