//! Signing keys, sealed under the master key.

use auth_core::clock::Timestamp;
use diesel::prelude::*;

use crate::{
    db::{Fault, Tx},
    schema::signing_keys,
};

pub(crate) const NEXT: &str = "next";
pub(crate) const ACTIVE: &str = "active";

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
pub(crate) struct StoredKey {
    pub(crate) kid: String,
    pub(crate) algorithm: String,
    /// `next`, `active`, or nothing: retiring.
    pub(crate) slot: Option<String>,
    pub(crate) sealed_private_key: String,
    pub(crate) created_at: i64,
    pub(crate) activated_at: Option<i64>,
    pub(crate) retires_at: Option<i64>,
}

impl StoredKey {
    pub(crate) fn insert(&self, tx: &mut Tx) -> Result<(), Fault> {
        diesel::insert_into(signing_keys::table).values(self).execute(tx)?;
        Ok(())
    }

    pub(crate) fn all(tx: &mut Tx) -> Result<Vec<Self>, Fault> {
        Ok(signing_keys::table
            .order((signing_keys::algorithm.asc(), signing_keys::created_at.asc(), signing_keys::kid.asc()))
            .select(Self::as_select())
            .load(tx)?)
    }

    /// Every key that is still published at `now`.
    pub(crate) fn published(tx: &mut Tx, now: Timestamp) -> Result<Vec<Self>, Fault> {
        let not_retired = signing_keys::retires_at.is_null().or(signing_keys::retires_at.gt(now.unix()));
        Ok(signing_keys::table
            .filter(not_retired)
            .order((signing_keys::algorithm.asc(), signing_keys::created_at.asc(), signing_keys::kid.asc()))
            .select(Self::as_select())
            .load(tx)?)
    }

    /// The active key of an algorithm signs no more, and stays published until `retires_at`. The next key,
    /// published long ago, becomes the active one.
    pub(crate) fn promote(
        tx: &mut Tx,
        algorithm: &str,
        now: Timestamp,
        retires_at: Timestamp,
    ) -> Result<(), Fault> {
        let of_algorithm = signing_keys::table.filter(signing_keys::algorithm.eq(algorithm));
        diesel::update(of_algorithm.filter(signing_keys::slot.eq(ACTIVE)))
            .set((signing_keys::slot.eq(None::<String>), signing_keys::retires_at.eq(retires_at.unix())))
            .execute(tx)?;
        diesel::update(of_algorithm.filter(signing_keys::slot.eq(NEXT)))
            .set((signing_keys::slot.eq(ACTIVE), signing_keys::activated_at.eq(now.unix())))
            .execute(tx)?;
        Ok(())
    }

    pub(crate) fn delete_retired(tx: &mut Tx, now: Timestamp) -> Result<usize, Fault> {
        Ok(diesel::delete(signing_keys::table.filter(signing_keys::retires_at.le(now.unix()))).execute(tx)?)
    }
}
