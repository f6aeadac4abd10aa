//! Clearing what has expired, and turning the keys over.

use auth_core::clock::Timestamp;

use super::{AdminError, transaction};
use crate::{
    db::Database,
    keys,
    models::{
        authorization_requests::StoredRequest, authorizations::Authorization, login_attempts,
        refresh_tokens::StoredRefreshToken, revoked_tokens, sessions::Session, signing_keys::StoredKey,
    },
    settings::MasterKey,
};

/// How many rows were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Authorizations under which nothing lives any more, with their codes.
    pub authorizations: usize,
    /// Refresh tokens.
    pub refresh_tokens: usize,
    /// Access tokens that were revoked and have expired.
    pub revoked_tokens: usize,
    /// Authorization requests that nobody decided.
    pub requests: usize,
    /// Browser sessions.
    pub sessions: usize,
    /// Counts of sign-in attempts whose minute is over.
    pub login_attempts: usize,
    /// Signing keys whose last tokens have expired.
    pub keys: usize,
}

/// Deletes what has expired at `now`. Each table in a transaction of its own, so that a running server waits for
/// none of them long.
///
/// # Errors
/// When the database fails; what was deleted until then stays deleted.
pub fn clear_tokens(database: &Database, now: Timestamp) -> Result<Cleared, AdminError> {
    Ok(Cleared {
        refresh_tokens: transaction(database, |tx| Ok(StoredRefreshToken::delete_expired(tx, now)?))?,
        authorizations: transaction(database, |tx| Ok(Authorization::delete_expired(tx, now)?))?,
        revoked_tokens: transaction(database, |tx| Ok(revoked_tokens::delete_expired(tx, now)?))?,
        requests: transaction(database, |tx| Ok(StoredRequest::delete_expired(tx, now)?))?,
        sessions: transaction(database, |tx| Ok(Session::delete_expired(tx, now)?))?,
        login_attempts: transaction(database, |tx| Ok(login_attempts::delete_expired(tx, now)?))?,
        keys: transaction(database, |tx| Ok(StoredKey::delete_retired(tx, now)?))?,
    })
}

/// A signing key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyListing {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `ES256` signs access tokens, `RS256` ID tokens.
    pub algorithm: String,
    /// `next`, `active` or `retiring`.
    pub state: String,
    /// Seconds since 1970, UTC.
    pub created_at: i64,
}

/// Every key that the database holds.
///
/// # Errors
/// When the database fails.
pub fn list_keys(database: &Database) -> Result<Vec<KeyListing>, AdminError> {
    let stored = transaction(database, |tx| Ok(StoredKey::all(tx)?))?;
    let listing = |key: StoredKey| KeyListing {
        kid: key.kid,
        algorithm: key.algorithm,
        state: key.slot.unwrap_or_else(|| "retiring".to_owned()),
        created_at: key.created_at,
    };
    Ok(stored.into_iter().map(listing).collect())
}

/// Promotes the next key of each algorithm, retires the active one, and makes a new next one. Gives all of them.
///
/// # Errors
/// When the database fails, or its keys were sealed under another master key.
pub fn rotate_keys(
    database: &Database,
    master_key: &MasterKey,
    now: Timestamp,
) -> Result<Vec<KeyListing>, AdminError> {
    keys::rotate(database, master_key, now)?;
    list_keys(database)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::worlds;

    #[test]
    fn what_lives_is_kept_and_what_has_expired_goes() {
        for world in worlds() {
            let client = world.web();
            let tokens = world.tokens(&client, "read%20offline_access");
            world.revoke(&client, &tokens["access_token"]);
            world.begin(&client.request(&auth_core::pkce::CodeVerifier::generate(), ""), None).unwrap();
            assert_eq!(clear_tokens(&world.database, world.ctx.now()).unwrap(), Cleared::default());

            world.time.advance(Duration::from_secs(3600));
            let cleared = clear_tokens(&world.database, world.ctx.now()).unwrap();
            let expected = Cleared { revoked_tokens: 1, requests: 1, sessions: 1, ..Cleared::default() };
            assert_eq!(cleared, expected);
            assert!(world.is_active(&client, &tokens["refresh_token"]));

            world.time.advance(Duration::from_secs(90 * 24 * 3600));
            let cleared = clear_tokens(&world.database, world.ctx.now()).unwrap();
            assert_eq!(cleared, Cleared { authorizations: 1, refresh_tokens: 1, ..Cleared::default() });
        }
    }
}
