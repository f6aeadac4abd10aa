//! Making users.

use auth_core::{clock::Clock, password::Passwords, secret::Password, settings::is_of_the_lab};
use uuid::Uuid;

use super::{AdminError, check_shown, invalid, transaction};
use crate::{
    db::{Database, Refused},
    models::users::User,
};

/// NIST SP 800-63B-3 §5.1.1.2 asks for at least eight characters, and for no rule about which.
const SHORTEST_PASSWORD: usize = 8;

/// Who is to be made.
#[derive(Debug)]
pub struct NewUser {
    /// What they type to sign in; upper and lower case are the same.
    pub username: String,
    /// At least eight characters.
    pub password: Password,
    /// For the scope `email`.
    pub email: Option<String>,
    /// For the scope `profile`.
    pub name: Option<String>,
    /// May manage applications.
    pub staff: bool,
}

/// Who was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedUser {
    /// The subject of their tokens.
    pub id: String,
    /// As they type it.
    pub username: String,
}

/// Makes a user.
///
/// # Errors
/// When the name is taken, or something given can't be used.
pub async fn create_user(database: &Database, new: NewUser) -> Result<CreatedUser, AdminError> {
    let username = check(&new)?;
    let password_hash = Passwords::new(1).hash(&new.password).await.map_err(|_| AdminError::Hashing)?;
    let user = User {
        id: Uuid::new_v4().to_string(),
        username,
        password_hash,
        email: new.email,
        email_verified: false,
        name: new.name,
        staff: new.staff,
        active: true,
        created_at: Clock::system().now().unix(),
    };
    let database = database.clone();
    let insert = move || {
        transaction(&database, |tx| {
            if User::by_username(tx, &user.username)?.is_some() {
                return Err(Refused::Answer(AdminError::Taken("username")));
            }
            user.insert(tx)?;
            Ok(CreatedUser { id: user.id.clone(), username: user.username.clone() })
        })
    };
    tokio::task::spawn_blocking(insert).await.unwrap_or(Err(AdminError::Hashing))
}

fn check(new: &NewUser) -> Result<String, AdminError> {
    let username = new.username.to_ascii_lowercase();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._@+-".contains(c);
    if username.is_empty() || username.len() > 150 || !username.chars().all(allowed) {
        return Err(invalid("username", "can't be used", "write up to 150 letters, digits and . _ @ + -"));
    }
    let length = new.password.secret().chars().count();
    if length < SHORTEST_PASSWORD || new.password.secret().len() > 1024 {
        return Err(invalid("password", "is too short or too long", "write 8 to 1024 characters"));
    }
    if is_of_the_lab(new.password.secret()) {
        return Err(invalid(
            "password",
            "is one of the pitfalls lab, where everybody can read it",
            "choose another",
        ));
    }
    if let Some(email) = &new.email {
        let well_formed =
            email.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        if !well_formed || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(invalid("email", "is no email address", "write it as name@example.com"));
        }
    }
    if let Some(name) = &new.name {
        check_shown("name", name, 150)?;
    }
    Ok(username)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::testing::databases;

    fn new_user(username: &str) -> NewUser {
        NewUser {
            username: username.to_owned(),
            password: Password::new("open-sesame"),
            email: None,
            name: None,
            staff: false,
        }
    }

    #[tokio::test]
    async fn a_name_is_given_once_whatever_its_case() {
        for database in databases() {
            let alice = create_user(&database, new_user("Alice")).await.unwrap();
            assert_eq!(alice.username, "alice");
            let error = create_user(&database, new_user("aLICE")).await.unwrap_err();
            assert_eq!(error.to_string(), "username is taken: choose another one");
        }
    }

    #[test]
    fn what_can_not_be_used_is_refused_with_its_field() {
        let with = |change: fn(&mut NewUser)| {
            let mut new = new_user("alice");
            change(&mut new);
            check(&new).unwrap_err().to_string()
        };
        assert!(with(|new| new.username = "a b".into()).starts_with("username "));
        assert!(with(|new| new.username = String::new()).starts_with("username "));
        assert!(with(|new| new.password = Password::new("1234567")).starts_with("password "));
        let of_the_lab = with(|new| new.password = Password::new("LAB-ONLY-alice-password"));
        assert!(of_the_lab.starts_with("password ") && !of_the_lab.contains("LAB-ONLY"), "{of_the_lab}");
        assert!(with(|new| new.email = Some("alice".into())).starts_with("email "));
        assert!(with(|new| new.name = Some("Ali\u{202E}ce".into())).starts_with("name "));
    }
}
