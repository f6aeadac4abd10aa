//! `authorization-server keys`.

use std::io::{self, Write};

use auth_core::clock::Clock;

use super::{Failure, with_database};
use crate::admin::{self, KeyListing};
use crate::settings::{DatabaseOption, master_key_from_env};

#[derive(clap::Args)]
pub(super) struct KeysCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List the keys, one line of JSON for each
    List(DatabaseOption),
    /// Sign with the next keys from now on, and publish new ones to come after them
    Rotate(DatabaseOption),
}

impl KeysCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let keys = match self.action {
            Action::List(database) => {
                with_database(database, |database| Ok(admin::list_keys(database)?)).await?
            }
            Action::Rotate(database) => {
                let master_key = master_key_from_env()?;
                with_database(database, move |database| {
                    Ok(admin::rotate_keys(database, &master_key, Clock::system().now())?)
                })
                .await?
            }
        };
        let mut out = io::stdout().lock();
        for key in &keys {
            // Whoever reads two lines of twenty has read enough: no error.
            if writeln!(out, "{}", line(key)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

fn line(key: &KeyListing) -> serde_json::Value {
    serde_json::json!({
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": key.state,
        "created_at": key.created_at,
    })
}
