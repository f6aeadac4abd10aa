//! The command line: `serve`, and what an operator does to the data while it serves.

mod cleartokens;
mod createapplication;
mod createuser;
mod healthcheck;
mod keys;
mod secret_input;
mod serve;

use std::fmt;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::db::Database;
use crate::settings::{DatabaseOption, SECRETS_HELP};

/// An OAuth 2 authorization server and OpenID provider.
#[derive(Parser)]
#[command(name = "authorization-server", version, after_help = SECRETS_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until Ctrl-C or SIGTERM; what happens without a command
    #[command(after_help = SECRETS_HELP)]
    Serve(Box<serve::Serve>),
    /// Ask the server that runs with the same settings whether it is ready; for a container's health check
    Healthcheck(healthcheck::Healthcheck),
    /// Add somebody who can sign in; the password comes on standard input
    Createuser(createuser::CreateUser),
    /// Register an application; prints its client_id and, once, its client_secret as JSON
    Createapplication(Box<createapplication::CreateApplication>),
    /// Delete what has expired: authorizations, tokens, requests, sessions, retired keys
    Cleartokens(DatabaseOption),
    /// Look at the signing keys, or begin to use the next ones
    #[command(after_help = SECRETS_HELP)]
    Keys(keys::KeysCommand),
}

/// Why a command failed, in a sentence that says what to do.
struct Failure(String);

impl<E: fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Runs the command line of this process.
pub async fn run() -> ExitCode {
    // Without a command: serve, with every setting from the environment.
    let serve = || Command::Serve(Box::new(serve::Serve::parse_from(["authorization-server"])));
    let done = match Cli::parse().command.unwrap_or_else(serve) {
        Command::Serve(serve) => return serve.run().await,
        Command::Healthcheck(command) => return command.run().await,
        Command::Createuser(command) => command.run().await,
        Command::Createapplication(command) => command.run().await,
        Command::Cleartokens(database) => cleartokens::run(database).await,
        Command::Keys(command) => command.run().await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(sentence)) => {
            eprintln!("error: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Opens the database and works with it, off the async threads.
async fn with_database<T: Send + 'static>(
    option: DatabaseOption,
    work: impl FnOnce(&Database) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let work = move || work(&Database::open(option.url()?.as_str())?);
    tokio::task::spawn_blocking(work).await?
}
