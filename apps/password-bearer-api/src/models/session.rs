//! Logins: what an access token's `auth_id` names, and how its refresh token rotates.

use auth_core::{
    clock::Timestamp,
    scope::Scopes,
    secret::{RefreshToken, random_id},
};
use diesel::{prelude::*, result::QueryResult};

use super::user::User;
use crate::{
    db::AnyConnection,
    schema::{sessions, users},
};

/// A row of `sessions`.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) scopes: String,
    family_digest: String,
    refresh_digest: String,
    created_at: i64,
    expires_at: i64,
}

/// What became of a refresh token that was presented.
pub(crate) enum Rotation {
    /// It was the current one; here is its successor.
    Rotated(Session, Box<User>, RefreshToken),
    /// It was an earlier one of its family: somebody else has it too, so the session is over.
    Reused,
    /// It belongs to no session that lives.
    Unknown,
}

impl Session {
    /// What was granted at login.
    pub(crate) fn scopes(&self) -> Scopes {
        // Only parsed scopes are ever written; a row that somebody spoiled by hand allows nothing.
        Scopes::parse(&self.scopes).unwrap_or_default()
    }

    /// Begins a session that lives from `now` until `expires`, and sweeps away those that are over.
    pub(crate) fn begin(
        db: &mut AnyConnection,
        user_id: &str,
        scopes: &Scopes,
        now: Timestamp,
        expires: Timestamp,
    ) -> QueryResult<(Self, RefreshToken)> {
        let token = Halves::begin();
        let session = Self {
            id: random_id(22),
            user_id: user_id.to_owned(),
            scopes: scopes.to_string(),
            family_digest: token.family_digest(),
            refresh_digest: token.current_digest(),
            created_at: now.unix(),
            expires_at: expires.unix(),
        };
        db.transaction(|db| {
            let over = sessions::table.filter(sessions::expires_at.le(now.unix()));
            diesel::delete(over).execute(db)?;
            diesel::insert_into(sessions::table).values(&session).execute(db)
        })?;
        Ok((session, token.join()))
    }

    // ANCHOR: find_live
    /// The session of an access token and its user, if it lives: one lookup by primary key for
    /// each request, so that ending a session is felt by every server at once.
    pub(crate) fn find_live(
        db: &mut AnyConnection,
        id: &str,
        now: Timestamp,
    ) -> QueryResult<Option<(Self, User)>> {
        sessions::table
            .inner_join(users::table)
            .filter(sessions::id.eq(id).and(sessions::expires_at.gt(now.unix())))
            .select((Self::as_select(), User::as_select()))
            .first(db)
            .optional()
    }
    // ANCHOR_END: find_live

    /// Takes a refresh token and gives its successor. Of parallel uses of one token exactly one
    /// rotates; the others are a reuse.
    ///
    /// RFC 9700 §4.14.2: when an earlier token comes back, nobody can tell the thief from the
    /// client, so the session ends for both.
    pub(crate) fn rotate(
        db: &mut AnyConnection,
        presented: &RefreshToken,
        now: Timestamp,
    ) -> QueryResult<Rotation> {
        let Some(old) = Halves::split(presented) else {
            return Ok(Rotation::Unknown);
        };
        let new = old.successor();
        db.transaction(|db| {
            let family = sessions::table.filter(
                sessions::family_digest.eq(old.family_digest()).and(sessions::expires_at.gt(now.unix())),
            );
            let current = family.clone().filter(sessions::refresh_digest.eq(old.current_digest()));
            // ANCHOR: rotate
            let rotated =
                diesel::update(current).set(sessions::refresh_digest.eq(new.current_digest())).execute(db)?;
            if rotated == 0 {
                let ended = diesel::delete(family).execute(db)?;
                return Ok(if ended == 0 { Rotation::Unknown } else { Rotation::Reused });
            }
            // ANCHOR_END: rotate
            let (session, user) =
                family.inner_join(users::table).select((Self::as_select(), User::as_select())).first(db)?;
            Ok(Rotation::Rotated(session, Box::new(user), new.join()))
        })
    }

    /// Ends a session: from now on its access tokens and its refresh token are worth nothing.
    pub(crate) fn end(db: &mut AnyConnection, id: &str) -> QueryResult<()> {
        diesel::delete(sessions::table.find(id)).execute(db).map(drop)
    }

    /// Ends the session that a refresh token belongs to, even if the token was used before.
    pub(crate) fn end_by_refresh_token(db: &mut AnyConnection, token: &RefreshToken) -> QueryResult<()> {
        let Some(token) = Halves::split(token) else {
            return Ok(());
        };
        let family = sessions::table.filter(sessions::family_digest.eq(token.family_digest()));
        diesel::delete(family).execute(db).map(drop)
    }
}

/// A refresh token's two random halves: `FAMILY.CURRENT`.
///
/// The first stays the same for as long as the session lives and the second is used once. So a
/// token that was used before is recognised without a row for each token ever given, and nobody
/// who has not held a token of the family can make one that looks like its reuse.
struct Halves {
    family: RefreshToken,
    current: RefreshToken,
}

impl Halves {
    fn begin() -> Self {
        Self { family: RefreshToken::generate(), current: RefreshToken::generate() }
    }

    fn successor(&self) -> Self {
        Self { family: RefreshToken::new(self.family.secret()), current: RefreshToken::generate() }
    }

    fn split(token: &RefreshToken) -> Option<Self> {
        let (family, current) = token.secret().split_once('.')?;
        Some(Self { family: RefreshToken::new(family), current: RefreshToken::new(current) })
    }

    fn join(&self) -> RefreshToken {
        RefreshToken::new(format!("{}.{}", self.family.secret(), self.current.secret()))
    }

    fn family_digest(&self) -> String {
        self.family.digest().to_hex()
    }

    fn current_digest(&self) -> String {
        self.current.digest().to_hex()
    }
}
