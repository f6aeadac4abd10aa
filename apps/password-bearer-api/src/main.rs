//! Run with:
//!
//! ```text
//! cargo run -p password-bearer-api -- --dev
//! curl localhost:8001/users -H 'Content-Type: application/json' \
//!   -d '{"username": "johndoe", "password": "correct horse"}'
//! curl localhost:8001/token -d 'username=johndoe' --data-urlencode 'password=correct horse'
//! ```

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    auth_core::server::init_logging("info");
    password_bearer_api::cli::run().await
}
