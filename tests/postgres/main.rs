//! What the authorization server promises, once more over PostgreSQL. This starts a server of its own
//! (`tests::postgres`) and runs the target `blackbox` and the unit tests of what touches the database
//! against it; every test makes a schema for itself.
//!
//! Without PostgreSQL on the machine it is skipped, and says so; with `REQUIRE_POSTGRES=1` that is a
//! failure. Arguments go to `blackbox` alone: `cargo test --test postgres refresh`.

use std::process::{Command, ExitCode};

use tests::{command::target_folder, postgres::Postgres};

/// The modules of authorization-server whose unit tests ask `TEST_POSTGRES_URL`.
const MODULES: [&str; 6] = ["admin::", "db::", "keys::", "models::", "oauth::", "oidc::"];

fn main() -> ExitCode {
    let postgres = match Postgres::start() {
        Ok(postgres) => postgres,
        Err(reason) if std::env::var("REQUIRE_POSTGRES").is_ok_and(|value| value == "1") => {
            eprintln!("REQUIRE_POSTGRES=1, but {reason}");
            return ExitCode::FAILURE;
        }
        Err(reason) => {
            println!("\nSKIPPED: the suite was not run on PostgreSQL: {reason}\n");
            return ExitCode::SUCCESS;
        }
    };
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!("the suite `blackbox` on PostgreSQL:");
    let mut passed = cargo_test(&postgres, &["--test", "blackbox"], &arguments);
    if arguments.is_empty() {
        println!("unit tests on PostgreSQL:");
        passed &= cargo_test(&postgres, &["--lib"], &MODULES.map(str::to_owned));
    }
    if passed {
        return ExitCode::SUCCESS;
    }
    eprintln!("what PostgreSQL complained of at last:\n{}", postgres.last_words());
    ExitCode::FAILURE
}

fn cargo_test(postgres: &Postgres, what: &[&str], arguments: &[String]) -> bool {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tested = Command::new(cargo)
        // The whole workspace, so that dependencies have the features with which they are built already.
        .args(["test", "--workspace", "--locked", "--quiet"])
        .args(what)
        .arg("--")
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .env("CARGO_TARGET_DIR", target_folder())
        .env("TEST_POSTGRES_URL", postgres.url())
        .status();
    tested.is_ok_and(|status| status.success())
}
