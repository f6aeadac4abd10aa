//! The rows, one file per table, with the queries as methods. What a column is for stands in `migrations/`.

pub(crate) mod applications;
pub(crate) mod authorization_codes;
pub(crate) mod authorization_requests;
pub(crate) mod authorizations;
pub(crate) mod consents;
pub(crate) mod login_attempts;
pub(crate) mod refresh_tokens;
pub(crate) mod revoked_tokens;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod users;

use auth_core::scope::Scopes;

use crate::db::Fault;

/// A set of words as one column: joined by spaces, which no word may contain.
pub(crate) fn join<W: AsRef<str>>(words: &[W]) -> String {
    words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ")
}

pub(crate) fn split(column: &str) -> Vec<String> {
    column.split_ascii_whitespace().map(str::to_owned).collect()
}

pub(crate) fn parse_scopes(column: &str) -> Result<Scopes, Fault> {
    if column.is_empty() {
        return Ok(Scopes::empty());
    }
    Scopes::parse(column).map_err(|_| Fault::Unreadable("scopes"))
}
