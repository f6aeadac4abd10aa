//! Run with:
//!
//! ```text
//! cargo run -p playground             # then open http://localhost:8080
//! cargo run -p playground -- --help   # ports and data folder
//! ```

use std::net::SocketAddr;
use std::process::ExitCode;

use auth_core::server::{self, init_logging, shutdown_signal};
use clap::Parser;
use playground::{Playground, Settings};

#[derive(Parser)]
#[command(
    name = "playground",
    version,
    after_help = "Port 0 takes a free one. RUST_LOG chooses what is logged (RUST_LOG=info shows every request), \
                  LOG_FORMAT=json how."
)]
struct CommandLine {
    #[command(flatten)]
    settings: Settings,
    /// Serve only the front page, the inspector and the book, on this address: the parties run elsewhere, at the ports above
    #[arg(long, env = "PLAYGROUND_FRONT_DOOR", value_name = "ADDRESS:PORT")]
    front_door: Option<SocketAddr>,
    /// Where such a worker answers its health check
    #[arg(long, env = "WORKER_HEALTH_PORT", value_name = "PORT", default_value_t = 8003)]
    worker_health_port: u16,
    /// Ask the front door that runs with the same settings whether it is ready, and exit; for containers
    #[arg(long, requires = "front_door")]
    healthcheck: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let CommandLine { settings, front_door, worker_health_port, healthcheck } = CommandLine::parse();
    init_logging("warn");
    if let Some(listen) = front_door {
        if healthcheck {
            return server::healthcheck(listen, false).await;
        }
        let door = playground::front_door(listen, &settings.ports, worker_health_port, shutdown_signal());
        return server::serve(door).await;
    }
    let playground = match Playground::start(settings, shutdown_signal()).await {
        Ok(playground) => playground,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{playground}");
    match playground.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
