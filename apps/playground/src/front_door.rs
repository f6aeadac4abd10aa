//! The page alone, for parties that run elsewhere: each in a container of its own, for instance.

use std::net::SocketAddr;

use auth_core::http_client::HttpClient;
use auth_core::server::{self, Limits, Listen, Server, StartError};
use tokio_util::sync::CancellationToken;

use crate::inspector::{self, Store};
use crate::page::{self, Page};
use crate::parties::unexpected;
use crate::settings::{Addresses, Ports};
use crate::worker::ShownWorker;

/// Serves the page, the inspector and the book on `listen`. The parties are at `localhost`, for the browser as
/// for the page, on these ports; the worker answers its health check on a port of its own. What the parties
/// report is shown by the inspector. `shutdown` ends its streams, and is what the server is run with.
///
/// # Errors
/// When the address can't be bound, or others than this machine could reach it: it shows the inspector.
pub fn front_door(
    listen: SocketAddr,
    ports: &Ports,
    worker_health: u16,
    shutdown: CancellationToken,
) -> Result<Server, StartError> {
    server::only_from_here(listen)?;
    let page = Page {
        addresses: Addresses::new("http", ports),
        http: HttpClient::new().map_err(unexpected)?,
        worker: ShownWorker::Elsewhere(format!("http://localhost:{worker_health}")),
    };
    let listener = Listen::Address(listen).bind("PLAYGROUND_FRONT_DOOR")?;
    let inspector = inspector::router(Store::default(), &page.addresses, shutdown);
    server::axum(listener, page::router(page, inspector), Limits::default())
}
