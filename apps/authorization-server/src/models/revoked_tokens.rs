//! Access tokens that were revoked alone, while their authorization goes on.

use auth_core::clock::Timestamp;
use diesel::prelude::*;

use crate::{
    db::{Fault, Tx},
    schema::revoked_tokens,
};

pub(crate) fn contains(tx: &mut Tx, jti: &str) -> Result<bool, Fault> {
    let found: Option<String> =
        revoked_tokens::table.find(jti).select(revoked_tokens::jti).first(tx).optional()?;
    Ok(found.is_some())
}

pub(crate) fn insert(tx: &mut Tx, jti: &str, expires_at: Timestamp) -> Result<(), Fault> {
    // Revoking twice is no error. Two at once: one fails, runs again and finds the row.
    if !contains(tx, jti)? {
        diesel::insert_into(revoked_tokens::table)
            .values((revoked_tokens::jti.eq(jti), revoked_tokens::expires_at.eq(expires_at.unix())))
            .execute(tx)?;
    }
    Ok(())
}

pub(crate) fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<usize, Fault> {
    let expired = revoked_tokens::table.filter(revoked_tokens::expires_at.le(now.unix()));
    Ok(diesel::delete(expired).execute(tx)?)
}
