//! The lab's people. Their passwords are hashed once per process, for that takes its time.

use auth_core::secret::Password;
use auth_core::server::StartError;
use tokio::sync::OnceCell;

use crate::checks::passwords;

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) username: &'static str,
    pub(crate) name: &'static str,
    pub(crate) password_hash: String,
}

const PEOPLE: [(&str, &str); 3] =
    [("alice", "Alice Archer"), ("bob", "Bob Baker"), ("mallory", "Mallory Malone")];

static USERS: OnceCell<Vec<User>> = OnceCell::const_new();

/// The password of a person of the lab.
pub(crate) fn password_of(username: &str) -> String {
    format!("LAB-ONLY-{username}-password")
}

/// Hashes the passwords, the first time.
pub(crate) async fn prepare() -> Result<(), StartError> {
    let hash_all = async || {
        let mut users = Vec::new();
        for (username, name) in PEOPLE {
            let password_hash = passwords().hash(&Password::new(password_of(username))).await?;
            users.push(User { username, name, password_hash });
        }
        Ok::<_, auth_core::password::PasswordError>(users)
    };
    let users = USERS.get_or_try_init(hash_all).await;
    users.map(|_| ()).map_err(|error| StartError::new(error.to_string(), "try again"))
}

/// A person by user name.
pub(crate) fn user(username: &str) -> Option<&'static User> {
    USERS.get()?.iter().find(|user| user.username == username)
}
