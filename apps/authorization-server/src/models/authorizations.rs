//! Authorizations: who allowed which client what. Codes and tokens live no longer than theirs.

use auth_core::{clock::Timestamp, scope::Scopes};
use diesel::prelude::*;
use uuid::Uuid;

use super::{join, parse_scopes, sessions::SignedIn, split};
use crate::{
    db::{Fault, Tx},
    schema::authorizations,
};

pub(crate) struct Authorization {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) user_id: String,
    pub(crate) scopes: Scopes,
    pub(crate) resources: Vec<String>,
    pub(crate) auth_time: Timestamp,
    pub(crate) sid: String,
    pub(crate) created_at: Timestamp,
    expires_at: i64,
    revoked_at: Option<i64>,
}

impl Authorization {
    pub(crate) fn create(
        tx: &mut Tx,
        client_id: &str,
        who: &SignedIn,
        scopes: &Scopes,
        resources: &[String],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<String, Fault> {
        let row = Row {
            id: Uuid::new_v4().to_string(),
            client_id: client_id.to_owned(),
            user_id: who.user_id.clone(),
            scopes: scopes.to_string(),
            resources: join(resources),
            auth_time: who.auth_time.unix(),
            sid: who.sid.clone(),
            created_at: now.unix(),
            expires_at: expires_at.unix(),
            revoked_at: None,
        };
        diesel::insert_into(authorizations::table).values(&row).execute(tx)?;
        Ok(row.id)
    }

    pub(crate) fn find(tx: &mut Tx, id: &str) -> Result<Option<Self>, Fault> {
        let row: Option<Row> =
            authorizations::table.find(id).select(Row::as_select()).first(tx).optional()?;
        row.map(Self::try_from).transpose()
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.revoked_at.is_some()
    }

    /// Ends the authorization, and with it every code and token that names it.
    pub(crate) fn revoke(tx: &mut Tx, id: &str, now: Timestamp) -> Result<(), Fault> {
        diesel::update(authorizations::table.find(id).filter(authorizations::revoked_at.is_null()))
            .set(authorizations::revoked_at.eq(now.unix()))
            .execute(tx)?;
        Ok(())
    }

    /// Keeps the row at least until `until`, when new tokens are made under it. `false` when it was revoked
    /// in the meantime: then none may be made.
    pub(crate) fn extend(&self, tx: &mut Tx, until: Timestamp) -> Result<bool, Fault> {
        let live = authorizations::table.find(&self.id).filter(authorizations::revoked_at.is_null());
        let expires_at = self.expires_at.max(until.unix());
        let updated = diesel::update(live).set(authorizations::expires_at.eq(expires_at)).execute(tx)?;
        Ok(updated == 1)
    }

    pub(crate) fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<usize, Fault> {
        let expired = authorizations::table.filter(authorizations::expires_at.le(now.unix()));
        Ok(diesel::delete(expired).execute(tx)?)
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = authorizations, treat_none_as_default_value = false)]
struct Row {
    id: String,
    client_id: String,
    user_id: String,
    scopes: String,
    resources: String,
    auth_time: i64,
    sid: String,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

impl TryFrom<Row> for Authorization {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        Ok(Self {
            scopes: parse_scopes(&row.scopes)?,
            resources: split(&row.resources),
            auth_time: Timestamp::from_unix(row.auth_time),
            created_at: Timestamp::from_unix(row.created_at),
            id: row.id,
            client_id: row.client_id,
            user_id: row.user_id,
            sid: row.sid,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        })
    }
}
