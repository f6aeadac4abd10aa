//! Refresh tokens, by digest. The chain of a token and its successors is the authorization that they name.

use auth_core::{clock::Timestamp, secret::RefreshToken};
use diesel::prelude::*;

use crate::{
    db::{Fault, StoredDigest, Tx},
    schema::refresh_tokens,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens, treat_none_as_default_value = false)]
pub(crate) struct StoredRefreshToken {
    pub(crate) digest: StoredDigest,
    pub(crate) authorization_id: String,
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
    pub(crate) successor_digest: Option<StoredDigest>,
    pub(crate) sealed_successor: Option<String>,
}

impl StoredRefreshToken {
    pub(crate) fn insert(
        tx: &mut Tx,
        token: &RefreshToken,
        authorization_id: &str,
        expires_at: Timestamp,
    ) -> Result<(), Fault> {
        let row = Self {
            digest: token.digest().into(),
            authorization_id: authorization_id.to_owned(),
            expires_at: expires_at.unix(),
            used_at: None,
            successor_digest: None,
            sealed_successor: None,
        };
        diesel::insert_into(refresh_tokens::table).values(&row).execute(tx)?;
        Ok(())
    }

    pub(crate) fn find(tx: &mut Tx, token: &RefreshToken) -> Result<Option<Self>, Fault> {
        Self::by_digest(tx, &token.digest().into())
    }

    pub(crate) fn by_digest(tx: &mut Tx, digest: &StoredDigest) -> Result<Option<Self>, Fault> {
        Ok(refresh_tokens::table.find(digest).select(Self::as_select()).first(tx).optional()?)
    }

    /// Marks the token as used and notes its successor. Of twenty at once, one gets `true`.
    pub(crate) fn consume(
        &self,
        tx: &mut Tx,
        successor: &RefreshToken,
        sealed_successor: String,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let unused = refresh_tokens::table.find(&self.digest).filter(refresh_tokens::used_at.is_null());
        let updated = diesel::update(unused)
            .set((
                refresh_tokens::used_at.eq(now.unix()),
                refresh_tokens::successor_digest.eq(StoredDigest::from(successor.digest())),
                refresh_tokens::sealed_successor.eq(sealed_successor),
            ))
            .execute(tx)?;
        Ok(updated == 1)
    }

    /// A used token is kept until it would have expired unused: so long is its reuse noticed.
    pub(crate) fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<usize, Fault> {
        Ok(diesel::delete(refresh_tokens::table.filter(refresh_tokens::expires_at.le(now.unix())))
            .execute(tx)?)
    }

    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now.unix()
    }
}
