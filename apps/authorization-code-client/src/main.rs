//! Signs a user in and shows their notes.
//!
//! ```text
//! CLIENT_ID=… CLIENT_SECRET=… cargo run -p authorization-code-client     # then http://localhost:8000
//! cargo run -p authorization-code-client -- --help                      # every setting
//! ```

use std::process::ExitCode;

use auth_core::server;
use authorization_code_client::{App, Settings};

#[tokio::main]
async fn main() -> ExitCode {
    if let Some((listen, https)) = Settings::healthcheck() {
        return server::healthcheck(listen, https).await;
    }
    server::init_logging("info");
    let built = match Settings::from_env() {
        Ok(settings) => App::build(settings).await,
        Err(error) => Err(error.into()),
    };
    server::serve(built).await
}
