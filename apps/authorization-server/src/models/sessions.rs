//! Browser sessions. The cookie holds the secret, this table its digest.

use std::time::Duration;

use auth_core::{
    clock::Timestamp,
    secret::{Digest, SessionSecret, random_id},
};
use diesel::prelude::*;

use super::users::User;
use crate::{
    db::{Fault, StoredDigest, Tx},
    schema::sessions,
};

/// A session of a browser, signed in or not yet.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(crate) struct Session {
    pub(crate) digest: StoredDigest,
    pub(crate) user_id: Option<String>,
    pub(crate) auth_time: Option<i64>,
    pub(crate) sid: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

/// Who is in front of the browser, since when, and in which session.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) user_id: String,
    pub(crate) auth_time: Timestamp,
    pub(crate) session: Digest,
    pub(crate) sid: String,
}

impl Session {
    /// A new session: for `user_id`, who has just signed in, or for nobody yet. Every sign-in starts a new
    /// one, so that a session planted in the browser before it is worth nothing after it.
    pub(crate) fn start(
        tx: &mut Tx,
        now: Timestamp,
        lifetime: Duration,
        user_id: Option<&str>,
    ) -> Result<(SessionSecret, Self), Fault> {
        let secret = SessionSecret::generate();
        let session = Self {
            digest: secret.digest().into(),
            user_id: user_id.map(str::to_owned),
            auth_time: user_id.map(|_| now.unix()),
            sid: random_id(32),
            created_at: now.unix(),
            expires_at: (now + lifetime).unix(),
        };
        diesel::insert_into(sessions::table).values(&session).execute(tx)?;
        Ok((secret, session))
    }

    /// The live session behind a cookie. A deactivated user's sessions are over.
    pub(crate) fn find(tx: &mut Tx, now: Timestamp, secret: &SessionSecret) -> Result<Option<Self>, Fault> {
        let session: Option<Self> = sessions::table
            .find(StoredDigest::from(secret.digest()))
            .filter(sessions::expires_at.gt(now.unix()))
            .select(Self::as_select())
            .first(tx)
            .optional()?;
        let Some(session) = session else { return Ok(None) };
        match &session.user_id {
            Some(user_id) if User::active_by_id(tx, user_id)?.is_none() => Ok(None),
            _ => Ok(Some(session)),
        }
    }

    pub(crate) fn end(tx: &mut Tx, digest: &StoredDigest) -> Result<(), Fault> {
        diesel::delete(sessions::table.find(digest)).execute(tx)?;
        Ok(())
    }

    pub(crate) fn signed_in(&self) -> Option<SignedIn> {
        Some(SignedIn {
            user_id: self.user_id.clone()?,
            auth_time: Timestamp::from_unix(self.auth_time?),
            session: self.digest.digest()?,
            sid: self.sid.clone(),
        })
    }

    pub(crate) fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<usize, Fault> {
        Ok(diesel::delete(sessions::table.filter(sessions::expires_at.le(now.unix()))).execute(tx)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::testing::worlds;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_session_ends_with_its_time_its_user_and_its_logout() {
        for world in worlds() {
            let now = world.ctx.now();
            let start = || world.tx(|tx| Session::start(tx, now, HOUR, Some(&world.alice.id)));
            let find = |secret: &SessionSecret, at| world.tx(|tx| Session::find(tx, at, secret));
            let (secret, session) = start();
            let (other, _) = start();
            let who = find(&secret, now + HOUR - Duration::from_secs(1)).unwrap().signed_in().unwrap();
            assert_eq!((who.user_id, who.auth_time), (world.alice.id.clone(), now));
            assert!(find(&secret, now + HOUR).is_none());
            assert!(find(&SessionSecret::generate(), now).is_none());
            world.tx(|tx| Session::end(tx, &session.digest));
            assert!(find(&secret, now).is_none());
            assert!(find(&other, now).is_some());
            world.deactivate_alice();
            assert!(find(&other, now).is_none());
        }
    }

    #[test]
    fn a_session_of_nobody_is_not_signed_in() {
        for world in worlds() {
            let now = world.ctx.now();
            let (secret, _) = world.tx(|tx| Session::start(tx, now, HOUR, None));
            let session = world.tx(|tx| Session::find(tx, now, &secret)).unwrap();
            assert!(session.signed_in().is_none());
        }
    }
}
