//! Run with:
//!
//! ```text
//! CLIENT_ID=resource-api CLIENT_SECRET_FILE=secret cargo run -p resource-api
//! curl -i localhost:8002/notes        # 401, and WWW-Authenticate says where tokens come from
//! ```

use std::process::ExitCode;

use auth_core::server;
use resource_api::{App, Settings};

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
