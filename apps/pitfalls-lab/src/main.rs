//! The pitfalls lab, on this machine only.
//!
//! ```text
//! cargo run -p pitfalls-lab              # the console, at http://lab.localhost:9400
//! cargo run -p pitfalls-lab -- doctor    # is everything here that the lab needs?
//! cargo run -p pitfalls-lab -- list      # the lessons
//! ```

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    pitfalls_lab::cli::run().await
}
