#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use auth_core::clock::Timestamp;

use super::*;
use crate::{
    models::revoked_tokens,
    testing::{databases, twenty},
};

fn now() -> Timestamp {
    Timestamp::from_unix(0)
}

fn contains(database: &Database, jti: &str) -> bool {
    database.transaction(|tx| Ok::<_, Refused<()>>(revoked_tokens::contains(tx, jti)?)).unwrap()
}

#[test]
fn an_answer_is_committed_and_a_fault_is_rolled_back() {
    for database in databases() {
        let outcome: Result<(), _> = database.transaction(|tx| {
            revoked_tokens::insert(tx, "answer", now())?;
            Err(Refused::Answer("no"))
        });
        assert!(matches!(outcome, Err(Refused::Answer("no"))));
        let outcome: Result<(), Refused<()>> = database.transaction(|tx| {
            revoked_tokens::insert(tx, "fault", now())?;
            Err(Fault::Unreadable("a test").into())
        });
        assert!(matches!(outcome, Err(Refused::Fault(Fault::Unreadable(_)))));
        assert!(contains(&database, "answer") && !contains(&database, "fault"));
    }
}

#[test]
fn a_conflict_is_run_again() {
    for database in databases() {
        let mut runs = 0;
        let outcome = database.transaction(|tx| {
            runs += 1;
            revoked_tokens::insert(tx, "token", now())?;
            if runs < 3 {
                use crate::schema::revoked_tokens as table;
                use diesel::prelude::*;
                // What two transactions do to each other that insert the same row.
                diesel::insert_into(table::table)
                    .values((table::jti.eq("token"), table::expires_at.eq(0)))
                    .execute(tx)?;
            }
            Ok::<_, Refused<()>>(())
        });
        assert!(outcome.is_ok());
        assert_eq!(runs, 3);
    }
}

#[test]
fn twenty_inserts_of_the_same_row_are_no_error() {
    for database in databases() {
        let outcomes = twenty(|| {
            database
                .transaction(|tx| Ok::<_, Refused<()>>(revoked_tokens::insert(tx, "token", now())?))
                .is_ok()
        });
        assert!(outcomes.into_iter().all(|done| done));
    }
}

#[test]
fn a_panic_leaves_nothing_behind() {
    for database in databases() {
        let clone = database.clone();
        let panicked = thread::spawn(move || {
            let _ = clone.transaction::<(), ()>(|tx| {
                revoked_tokens::insert(tx, "panic", now())?;
                panic!("in the middle of a transaction")
            });
        });
        assert!(panicked.join().is_err());
        assert!(!contains(&database, "panic"));
    }
}

#[test]
fn an_address_of_no_known_kind_is_refused() {
    for url in
        ["", "sqlite:", "as.sqlite3", "mysql://localhost/x", "sqlite::memory:", "sqlite:file:x?mode=memory"]
    {
        assert!(matches!(Database::open(url), Err(DatabaseError::Address)), "{url}");
    }
    let error = Database::open("sqlite:/no/such/folder/as.sqlite3").unwrap_err().to_string();
    assert!(error.starts_with("AS_DATABASE_URL: the database can't be opened (/no/such/folder/as.sqlite3: "));
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("as.sqlite3");
    let database = Database::open(&format!("sqlite:{}", path.display())).unwrap();
    assert!(!contains(&database, "token"));
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() > 1, "the write-ahead log is there, too");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}

#[test]
fn a_database_is_opened_by_many_at_once_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("as.sqlite3").display());
    for opened in twenty(|| Database::open(&url).map(drop)) {
        opened.unwrap();
    }
    assert!(!contains(&Database::open(&url).unwrap(), "token"));
}

#[test]
fn both_databases_keep_their_references() {
    use crate::models::consents::Consent;
    for database in databases() {
        let outcome: Result<(), Refused<()>> = database.transaction(|tx| {
            let nothing = auth_core::scope::Scopes::empty();
            Ok(Consent::default().remember(tx, "nobody", "nothing", &nothing, &[], now())?)
        });
        assert!(matches!(outcome, Err(Refused::Fault(Fault::Query(_)))));
    }
}
