//! People who can sign in.

use diesel::prelude::*;

use crate::{
    db::{Fault, Tx},
    schema::users,
};

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(crate) struct User {
    /// The subject (`sub`) of every token about this user.
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) password_hash: String,
    pub(crate) email: Option<String>,
    pub(crate) email_verified: bool,
    pub(crate) name: Option<String>,
    pub(crate) staff: bool,
    pub(crate) active: bool,
    pub(crate) created_at: i64,
}

impl User {
    pub(crate) fn insert(&self, tx: &mut Tx) -> Result<(), Fault> {
        diesel::insert_into(users::table).values(self).execute(tx)?;
        Ok(())
    }

    /// Active or not: a caller that checks a password looks at `active` afterwards, and answers the same.
    pub(crate) fn by_username(tx: &mut Tx, username: &str) -> Result<Option<Self>, Fault> {
        let username = username.trim().to_ascii_lowercase();
        // PostgreSQL knows no NUL in a text; no username has one.
        if username.contains('\0') {
            return Ok(None);
        }
        Ok(users::table
            .filter(users::username.eq(username))
            .select(Self::as_select())
            .first(tx)
            .optional()?)
    }

    pub(crate) fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Self>, Fault> {
        Ok(users::table.find(id).select(Self::as_select()).first(tx).optional()?)
    }

    /// The user behind a token or a session, unless deactivated since.
    pub(crate) fn active_by_id(tx: &mut Tx, id: &str) -> Result<Option<Self>, Fault> {
        Ok(Self::by_id(tx, id)?.filter(|user| user.active))
    }

    /// After a sign-in with a hash of an older kind: the same password under today's. Unless the password was
    /// changed since it was checked, or the old one would be back.
    pub(crate) fn upgrade_password_hash(&self, tx: &mut Tx, password_hash: &str) -> Result<(), Fault> {
        let unchanged = users::table.find(&self.id).filter(users::password_hash.eq(&self.password_hash));
        diesel::update(unchanged).set(users::password_hash.eq(password_hash)).execute(tx)?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::testing::worlds;

    #[test]
    fn a_password_that_was_changed_meanwhile_is_not_put_back() {
        for world in worlds() {
            let stored = || world.tx(|tx| User::by_id(tx, &world.alice.id)).unwrap();
            let before = stored();
            world.tx(|tx| before.upgrade_password_hash(tx, "new"));
            assert_eq!(stored().password_hash, "new");
            world.tx(|tx| before.upgrade_password_hash(tx, "of the old password"));
            assert_eq!(stored().password_hash, "new");
        }
    }
}
