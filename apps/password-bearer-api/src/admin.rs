//! Making users from outside: the command line, the playground, tests.

use auth_core::{
    clock::Clock,
    password::{PasswordError, Passwords},
    scope::Scopes,
    secret::Password,
};

use crate::{
    account::{self, USER_SCOPES},
    db::{Database, DatabaseError},
    models::user,
};

/// A user to be made.
#[derive(Debug)]
pub struct NewUser {
    /// 3 to 32 of `a`–`z`, `0`–`9`, `.`, `_` and `-`.
    pub username: String,
    /// What the user will log in with.
    pub credential: Credential,
    /// An email address, or none.
    pub email: Option<String>,
    /// The name for people to read, or none.
    pub full_name: Option<String>,
    /// The widest scope that the user's tokens may have; `me items` for everybody but
    /// administrators.
    pub scope: String,
}

/// What a user logs in with.
#[derive(Debug)]
pub enum Credential {
    /// A password.
    Password(Password),
    /// The hash of a password, brought along from another system: Argon2 in PHC form, or bcrypt as
    /// passlib makes it. The user's next login replaces it by a better one.
    Hash(String),
}

/// Why a user was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// A field is not what it may be; the text says why.
    #[error("{0}")]
    Field(String),
    /// There is one with this name.
    #[error("the username is taken")]
    Taken,
    /// The password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl NewUser {
    /// A user with a password, and with the scopes that everybody has.
    #[must_use]
    pub fn new(username: impl Into<String>, password: Password) -> Self {
        Self {
            username: username.into(),
            credential: Credential::Password(password),
            email: None,
            full_name: None,
            scope: USER_SCOPES.to_owned(),
        }
    }
}

/// Makes a user; the same rules hold as for registration.
///
/// # Errors
/// When a field is not what it may be, or the username is taken.
pub async fn create_user(database: &Database, new: NewUser) -> Result<(), CreateUserError> {
    let field = CreateUserError::Field;
    let username = account::username(&new.username).map_err(field)?;
    let email = new.email.as_deref().map(account::email).transpose().map_err(field)?;
    let full_name = new.full_name.as_deref().map(account::full_name).transpose().map_err(field)?;
    let scopes: Scopes = account::scope(&new.scope).map_err(field)?;
    let password_hash = match new.credential {
        Credential::Password(password) => {
            let password = account::password(password.secret()).map_err(field)?;
            Passwords::new(1).hash(&password).await?
        }
        Credential::Hash(hash) => {
            // A hash of an unknown kind would fail at login, where it is too late. Any password shows
            // whether it is one; that it is not the right one does not matter.
            let _ = Passwords::new(1)
                .verify(&Password::generate(), Some(&hash))
                .await
                .map_err(|problem| field(problem.to_string()))?;
            hash
        }
    };
    let new = user::NewUser { username, email, full_name, password_hash, scopes };
    let now = Clock::system().now();
    match database.run(move |db| user::User::create(db, new, now)).await? {
        Some(_) => Ok(()),
        None => Err(CreateUserError::Taken),
    }
}
