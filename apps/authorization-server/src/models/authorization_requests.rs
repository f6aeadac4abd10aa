//! Authorization requests between their validation and the user's decision.

use auth_core::{
    clock::Timestamp,
    secret::{Digest, RequestHandle},
};
use diesel::prelude::*;

use crate::{
    db::{Fault, StoredDigest, Tx},
    oauth::authorization_request::AuthorizationRequest,
    schema::authorization_requests,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = authorization_requests, treat_none_as_default_value = false)]
pub(crate) struct StoredRequest {
    handle_digest: StoredDigest,
    pub(crate) client_id: String,
    parameters: String,
    user_id: Option<String>,
    session_digest: Option<StoredDigest>,
    stale_session_digest: Option<StoredDigest>,
    created_at: i64,
    expires_at: i64,
}

impl StoredRequest {
    /// Keeps a validated request and gives the handle to it. `stale` is the session that is signed in but
    /// not recently enough for it.
    pub(crate) fn keep(
        tx: &mut Tx,
        request: &AuthorizationRequest,
        stale: Option<Digest>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(RequestHandle, Self), Fault> {
        let handle = RequestHandle::generate();
        let stored = Self {
            handle_digest: handle.digest().into(),
            client_id: request.client_id.clone(),
            parameters: serde_json::to_string(request).map_err(|_| Fault::Unreadable("parameters"))?,
            user_id: None,
            session_digest: None,
            stale_session_digest: stale.map(StoredDigest::from),
            created_at: now.unix(),
            expires_at: expires_at.unix(),
        };
        diesel::insert_into(authorization_requests::table).values(&stored).execute(tx)?;
        Ok((handle, stored))
    }

    pub(crate) fn find(tx: &mut Tx, handle: &RequestHandle, now: Timestamp) -> Result<Option<Self>, Fault> {
        Ok(authorization_requests::table
            .find(StoredDigest::from(handle.digest()))
            .filter(authorization_requests::expires_at.gt(now.unix()))
            .select(Self::as_select())
            .first(tx)
            .optional()?)
    }

    pub(crate) fn request(&self) -> Result<AuthorizationRequest, Fault> {
        serde_json::from_str(&self.parameters).map_err(|_| Fault::Unreadable("parameters"))
    }

    pub(crate) fn created_at(&self) -> Timestamp {
        Timestamp::from_unix(self.created_at)
    }

    /// Whether this session's sign-in was already found too old for the request.
    pub(crate) fn is_stale(&self, session: &Digest) -> bool {
        self.stale_session_digest.as_ref().and_then(StoredDigest::digest).as_ref() == Some(session)
    }

    /// From now on only this user can decide, in this session: it is what the consent page is shown to.
    pub(crate) fn bind(&self, tx: &mut Tx, user_id: &str, session: &Digest) -> Result<(), Fault> {
        diesel::update(authorization_requests::table.find(&self.handle_digest))
            .set((
                authorization_requests::user_id.eq(user_id),
                authorization_requests::session_digest.eq(StoredDigest::from(session)),
            ))
            .execute(tx)?;
        Ok(())
    }

    pub(crate) fn is_bound_to(&self, user_id: &str, session: &Digest) -> bool {
        self.user_id.as_deref() == Some(user_id)
            && self.session_digest.as_ref().and_then(StoredDigest::digest).as_ref() == Some(session)
    }

    /// Takes the request out of the table. Of two at once, one gets `true`.
    pub(crate) fn consume(&self, tx: &mut Tx) -> Result<bool, Fault> {
        Ok(diesel::delete(authorization_requests::table.find(&self.handle_digest)).execute(tx)? == 1)
    }

    pub(crate) fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<usize, Fault> {
        let expired = authorization_requests::table.filter(authorization_requests::expires_at.le(now.unix()));
        Ok(diesel::delete(expired).execute(tx)?)
    }
}
