//! The page alone, for parties that run elsewhere: each in a container of its own, for instance.

use std::net::SocketAddr;

use auth_core::http_client::HttpClient;
use auth_core::server::{self, Limits, Listen, Server, StartError};

use crate::page::{self, Page};
use crate::parties::unexpected;
use crate::settings::{Addresses, Ports};
use crate::worker::ShownWorker;

/// Serves the page on `listen`, and nothing else. The parties are at `localhost`, for the browser as for the
/// page, on these ports; the worker answers its health check on a port of its own.
///
/// # Errors
/// When the address can't be bound.
pub fn front_door(listen: SocketAddr, ports: &Ports, worker_health: u16) -> Result<Server, StartError> {
    let page = Page {
        addresses: Addresses::new("http", ports),
        http: HttpClient::new().map_err(unexpected)?,
        worker: ShownWorker::Elsewhere(format!("http://localhost:{worker_health}")),
    };
    let listener = Listen::Address(listen).bind("PLAYGROUND_FRONT_DOOR")?;
    server::axum(listener, page::router(page), Limits::default())
}
