//! What an operator does: the commands call these functions, and so do the playground and the tests. They work on
//! the database, so they work while the server runs.

mod applications;
mod upkeep;
mod users;

use auth_core::settings::SettingsError;

pub use applications::{Created, NewApplication, create_application};
pub use upkeep::{Cleared, KeyListing, clear_tokens, list_keys, rotate_keys};
pub use users::{CreatedUser, NewUser, create_user};

use crate::db::{Database, DatabaseError, Fault, Refused, Tx};

/// Why it was not done. The sentence says what to do instead.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// What was given can't be used: `field problem: remedy`.
    #[error(transparent)]
    Invalid(#[from] SettingsError),
    /// There is one of that name already; the field says of what.
    #[error("{0} is taken: choose another one")]
    Taken(&'static str),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] Fault),
    /// The signing keys failed.
    #[error(transparent)]
    Keys(#[from] DatabaseError),
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hashing,
}

fn invalid(field: &str, problem: impl Into<String>, remedy: impl Into<String>) -> AdminError {
    AdminError::Invalid(SettingsError::new(field, problem.into(), remedy.into()))
}

fn transaction<T>(
    database: &Database,
    work: impl FnMut(&mut Tx) -> Result<T, Refused<AdminError>>,
) -> Result<T, AdminError> {
    database.transaction(work).map_err(|refused| match refused {
        Refused::Answer(error) => error,
        Refused::Fault(fault) => fault.into(),
    })
}

/// A name that people read on a page: nothing invisible, nothing that turns the direction of the text around.
fn check_shown(field: &str, text: &str, longest: usize) -> Result<(), AdminError> {
    let deceives = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    if text.trim().is_empty() || text.chars().count() > longest || text.chars().any(deceives) {
        return Err(invalid(
            field,
            "is empty, too long, or has invisible characters",
            format!("write 1 to {longest} visible characters"),
        ));
    }
    Ok(())
}
