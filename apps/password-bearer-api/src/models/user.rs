//! Accounts.

use auth_core::{clock::Timestamp, scope::Scopes};
use diesel::{prelude::*, result::QueryResult};
use uuid::Uuid;

use crate::{
    db::AnyConnection,
    schema::{sessions, users},
};

/// A row of `users`. No `Debug`, so that no hash gets into a log.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) email: Option<String>,
    pub(crate) full_name: Option<String>,
    pub(crate) password_hash: String,
    pub(crate) scopes: String,
    pub(crate) active: bool,
    pub(crate) created_at: i64,
}

/// What it takes to make a [`User`]; everything in it has been checked.
pub(crate) struct NewUser {
    pub(crate) username: String,
    pub(crate) email: Option<String>,
    pub(crate) full_name: Option<String>,
    pub(crate) password_hash: String,
    pub(crate) scopes: Scopes,
}

/// A change of a profile; what is `None` stays.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = users)]
pub(crate) struct ProfileChange {
    pub(crate) email: Option<Option<String>>,
    pub(crate) full_name: Option<Option<String>>,
}

/// A change that only an administrator makes; what is `None` stays.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = users)]
pub(crate) struct AccountChange {
    pub(crate) active: Option<bool>,
    pub(crate) scopes: Option<String>,
}

impl User {
    /// The widest scope that this user's tokens may have.
    pub(crate) fn scopes(&self) -> Scopes {
        // Only parsed scopes are ever written; a row that somebody spoiled by hand allows nothing.
        Scopes::parse(&self.scopes).unwrap_or_default()
    }

    /// Makes an account, or `None` when the username is taken.
    pub(crate) fn create(db: &mut AnyConnection, new: NewUser, now: Timestamp) -> QueryResult<Option<Self>> {
        let user = Self {
            id: Uuid::new_v4().to_string(),
            username: new.username,
            email: new.email,
            full_name: new.full_name,
            password_hash: new.password_hash,
            scopes: new.scopes.to_string(),
            active: true,
            created_at: now.unix(),
        };
        match diesel::insert_into(users::table).values(&user).execute(db) {
            Ok(_) => Ok(Some(user)),
            Err(diesel::result::Error::DatabaseError(
                diesel::result::DatabaseErrorKind::UniqueViolation,
                _,
            )) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn by_id(db: &mut AnyConnection, id: &str) -> QueryResult<Option<Self>> {
        users::table.find(id).select(Self::as_select()).first(db).optional()
    }

    pub(crate) fn by_username(db: &mut AnyConnection, username: &str) -> QueryResult<Option<Self>> {
        users::table.filter(users::username.eq(username)).select(Self::as_select()).first(db).optional()
    }

    /// At most `limit` users whose names come after `after`, by name.
    pub(crate) fn page(db: &mut AnyConnection, after: &str, limit: i64) -> QueryResult<Vec<Self>> {
        users::table
            .filter(users::username.gt(after))
            .order(users::username.asc())
            .limit(limit)
            .select(Self::as_select())
            .load(db)
    }

    /// Changes a profile and gives it back; `None` when the user is gone.
    pub(crate) fn change_profile(
        db: &mut AnyConnection,
        id: &str,
        change: &ProfileChange,
    ) -> QueryResult<Option<Self>> {
        if change.email.is_some() || change.full_name.is_some() {
            diesel::update(users::table.find(id)).set(change).execute(db)?;
        }
        Self::by_id(db, id)
    }

    /// Changes an account and gives it back; `None` when the user is gone.
    pub(crate) fn change_account(
        db: &mut AnyConnection,
        id: &str,
        change: &AccountChange,
    ) -> QueryResult<Option<Self>> {
        if change.active.is_some() || change.scopes.is_some() {
            diesel::update(users::table.find(id)).set(change).execute(db)?;
        }
        Self::by_id(db, id)
    }

    /// Puts a password's better hash in place of `old`, unless the password was changed meanwhile.
    pub(crate) fn upgrade_hash(db: &mut AnyConnection, id: &str, old: &str, new: &str) -> QueryResult<()> {
        let unchanged = users::table.find(id).filter(users::password_hash.eq(old));
        diesel::update(unchanged).set(users::password_hash.eq(new)).execute(db).map(drop)
    }

    /// Sets a new password and ends every session but `kept`; `false` when the password is no
    /// longer the one that `old` is the hash of.
    pub(crate) fn change_password(
        db: &mut AnyConnection,
        id: &str,
        (old, new): (&str, &str),
        kept: &str,
    ) -> QueryResult<bool> {
        db.transaction(|db| {
            let unchanged = users::table.find(id).filter(users::password_hash.eq(old));
            if diesel::update(unchanged).set(users::password_hash.eq(new)).execute(db)? == 0 {
                return Ok(false);
            }
            let others = sessions::table.filter(sessions::user_id.eq(id).and(sessions::id.ne(kept)));
            diesel::delete(others).execute(db)?;
            Ok(true)
        })
    }

    /// Deletes an account and, by its foreign key, its sessions; whether there was one.
    pub(crate) fn delete(db: &mut AnyConnection, id: &str) -> QueryResult<bool> {
        Ok(diesel::delete(users::table.find(id)).execute(db)? == 1)
    }
}
