//! The worker has no port: the page shows what it says of itself.

use std::path::PathBuf;
use std::time::Duration;

use auth_core::scope::Scopes;
use auth_core::server::StartError;
use auth_core::settings::{HttpUrl, Issuer};
use auth_core::wire::Wire;
use client_credentials_worker::{Settings, Snapshot, Status, Worker};

use crate::Running;
use crate::page::Party;
use crate::parties::{of, unexpected};
use crate::seed::{Credentials, WORKER_SCOPES};
use crate::settings::Addresses;

pub(crate) const PARTY: &str = "client-credentials-worker";

/// Somebody waits for the report of their note.
const INTERVAL: Duration = Duration::from_secs(3);

pub(crate) fn start(
    issuer: Issuer,
    at: &Addresses,
    Credentials { client_id, client_secret }: Credentials,
    extra_ca_file: Option<PathBuf>,
    wire: Option<Wire>,
    running: &mut Running,
) -> Result<Status, StartError> {
    let scopes = Scopes::parse(WORKER_SCOPES).map_err(unexpected)?;
    let api_url = HttpUrl::parse("API_URL", &at.resource_api)?;
    let mut settings = Settings::new(issuer, client_id, client_secret, scopes, api_url);
    settings.resource = Some(at.resource_api.clone());
    settings.interval = INTERVAL;
    settings.extra_ca_file = extra_ca_file;
    settings.wire = wire;

    let worker = Worker::build(settings).map_err(|error| of(PARTY, error))?;
    let status = worker.status();
    let shutdown = running.shutdown.clone();
    running.spawn(PARTY, async move { worker.run(shutdown).await.map_err(std::io::Error::other) });
    Ok(status)
}

/// How the page learns what the worker does.
#[derive(Clone)]
pub(crate) enum ShownWorker {
    /// It runs in this process.
    Here(Status),
    /// It runs elsewhere, and answers health checks at this address.
    Elsewhere(String),
}

/// The worker as the page shows it.
pub(crate) fn party(status: &Status) -> Party {
    let Snapshot { last_round, last_error, reports_made } = status.snapshot();
    match (last_round, last_error) {
        (None, _) => shown(false, "starting"),
        // The reason stands in the log, where an operator finds it.
        (Some(_), Some(_)) => shown(false, "last round failed"),
        (Some(_), None) if reports_made == 1 => shown(true, "up, 1 report made"),
        (Some(_), None) => shown(true, &format!("up, {reports_made} reports made")),
    }
}

pub(crate) fn shown(up: bool, state: &str) -> Party {
    Party {
        id: "worker",
        name: "Report worker",
        role: "client without a user",
        about: "Looks for new notes every few seconds and makes a report of each. Nobody signs in: it has a \
                token of its own, which opens the reports and no notes.",
        address: None,
        link: None,
        up,
        state: state.to_owned(),
    }
}
