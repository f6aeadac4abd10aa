//! The authorization server's binary: `authorization-server --help` lists commands and settings.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    authorization_server::cli::run().await
}
