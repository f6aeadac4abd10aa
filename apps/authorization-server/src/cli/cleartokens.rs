//! `authorization-server cleartokens`: a running server does the same every hour. Expired rows
//! do no harm, they only take room.

use auth_core::clock::Clock;

use super::{Failure, with_database};
use crate::admin;
use crate::settings::DatabaseOption;

pub(super) async fn run(database: DatabaseOption) -> Result<(), Failure> {
    let cleared =
        with_database(database, |database| Ok(admin::clear_tokens(database, Clock::system().now())?)).await?;
    let line = serde_json::json!({
        "authorizations": cleared.authorizations,
        "refresh_tokens": cleared.refresh_tokens,
        "revoked_tokens": cleared.revoked_tokens,
        "requests": cleared.requests,
        "sessions": cleared.sessions,
        "login_attempts": cleared.login_attempts,
        "keys": cleared.keys,
    });
    println!("{line}");
    Ok(())
}
