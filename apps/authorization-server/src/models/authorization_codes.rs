//! Authorization codes, by digest.

use auth_core::{
    clock::Timestamp,
    pkce::CodeChallenge,
    secret::{AuthorizationCode, Digest},
};
use diesel::prelude::*;

use crate::{
    db::{Fault, StoredDigest, Tx},
    schema::authorization_codes,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = authorization_codes, treat_none_as_default_value = false)]
pub(crate) struct StoredCode {
    pub(crate) digest: StoredDigest,
    pub(crate) authorization_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) redirect_uri_sent: bool,
    pub(crate) code_challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
}

impl StoredCode {
    pub(crate) fn insert(&self, tx: &mut Tx) -> Result<(), Fault> {
        diesel::insert_into(authorization_codes::table).values(self).execute(tx)?;
        Ok(())
    }

    pub(crate) fn find(tx: &mut Tx, code: &AuthorizationCode) -> Result<Option<Self>, Fault> {
        Ok(authorization_codes::table
            .find(StoredDigest::from(code.digest()))
            .select(Self::as_select())
            .first(tx)
            .optional()?)
    }

    // ANCHOR: consume_code
    /// Marks the code as used. Of twenty at once, one gets `true`.
    pub(crate) fn consume(&self, tx: &mut Tx, now: Timestamp) -> Result<bool, Fault> {
        let unused =
            authorization_codes::table.find(&self.digest).filter(authorization_codes::used_at.is_null());
        Ok(diesel::update(unused).set(authorization_codes::used_at.eq(now.unix())).execute(tx)? == 1)
    }
    // ANCHOR_END: consume_code

    pub(crate) fn challenge(&self) -> Result<CodeChallenge, Fault> {
        CodeChallenge::parse_s256(&self.code_challenge).map_err(|_| Fault::Unreadable("code_challenge"))
    }
}

/// What is stored of a code.
pub(crate) fn digest(code: &AuthorizationCode) -> StoredDigest {
    let digest: Digest = code.digest();
    digest.into()
}
