//! Run with:
//!
//! ```text
//! CLIENT_ID=reporter CLIENT_SECRET_FILE=secret cargo run -p client-credentials-worker
//! CLIENT_ID=reporter CLIENT_SECRET_FILE=secret cargo run -p client-credentials-worker -- --once
//! ```

use std::process::ExitCode;

use auth_core::server::{self, StartError};
use client_credentials_worker::{Settings, Worker};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    server::init_logging("info");
    match start().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("client-credentials-worker does not start: {error}");
            ExitCode::from(2)
        }
    }
}

async fn start() -> Result<ExitCode, StartError> {
    if let Some(listen) = Settings::healthcheck()? {
        return Ok(server::healthcheck(listen, false).await);
    }
    let settings = Settings::from_env()?;
    let health_listen = settings.health_listen;
    let worker = Worker::build(settings)?;
    let shutdown = server::shutdown_signal();
    if let Some(listen) = health_listen {
        tokio::spawn(worker.health(listen)?.run(shutdown.clone()));
    }
    match worker.run(shutdown).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // It stands in the log already.
        Err(_) => Ok(ExitCode::FAILURE),
    }
}
