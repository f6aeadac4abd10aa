//! The two ways in which a decision ends without success, and the reasons why a database can't be opened.

use diesel::result::{DatabaseErrorKind, Error};

// ANCHOR: refused
/// Why a transaction gave no success.
#[derive(Debug)]
pub(crate) enum Refused<E> {
    /// The protocol's own answer, an error. What was written before it is committed.
    Answer(E),
    /// Something failed on our side; everything was rolled back. A client learns no reason.
    Fault(Fault),
}
// ANCHOR_END: refused

impl<E> From<Fault> for Refused<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<E> From<Error> for Refused<E> {
    fn from(error: Error) -> Self {
        Self::Fault(Fault::Query(error))
    }
}

/// A failure of ours, for the log.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A statement failed.
    #[error("the database refused a statement: {0}")]
    Query(#[from] Error),
    /// No connection became free in time, or a conflict with other transactions did not end.
    #[error("the database is too busy, or can't be reached")]
    Busy,
    /// What is stored can't be read; the text says what.
    #[error("unreadable in the database: {0}")]
    Unreadable(&'static str),
    /// Signing, sealing or opening failed; the text says at what.
    #[error("cryptography failed: {0}")]
    Cryptography(&'static str),
    /// A sealed key can't be opened.
    #[error(
        "AS_MASTER_KEY does not open the signing keys in this database: they were sealed under another master key"
    )]
    MasterKey,
    /// The server is stopping, or the work panicked.
    #[error("the work was stopped")]
    Stopped,
}

impl Fault {
    /// Whether the same transaction may succeed when it is run again.
    pub(super) fn is_conflict(&self) -> bool {
        let Self::Query(Error::DatabaseError(kind, information)) = self else { return false };
        match kind {
            // Two transactions inserted the same row: the second finds it on its next run and decides anew.
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::SerializationFailure => true,
            _ => {
                let message = information.message();
                message.contains("deadlock detected") || message.contains("database is locked")
            }
        }
    }
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The address is of no known kind.
    #[error(
        "AS_DATABASE_URL is neither sqlite:PATH nor postgres://USER:PASSWORD@HOST/NAME: write one of the two"
    )]
    Address,
    /// It can't be reached or made.
    #[error(
        "AS_DATABASE_URL: the database can't be opened ({0}): check the address, the folder and its permissions"
    )]
    Connect(String),
    /// Its tables can't be brought up to date.
    #[error("AS_DATABASE_URL: the tables can't be made or updated ({0})")]
    Migrate(String),
    /// The signing keys can't be made or opened.
    #[error("the signing keys can't be used: {0}")]
    Keys(#[from] Fault),
}
