//! What is kept: the notes of users, and the reports that machines make of them.
//!
//! Synchronous functions over a connection, one per thing that can be asked. Whoever asks for a
//! user's notes names the owner, so that no query can reach into another user's notes.

use auth_core::clock::Timestamp;
use diesel::{dsl::count_star, prelude::*, result::QueryResult};
use uuid::Uuid;

use crate::schema::{notes, reports};

/// How many notes a user may keep. Together with [`MAX_CHARACTERS`] it bounds a whole listing to
/// well under a mebibyte, so that `GET /notes` needs no pages.
pub(crate) const MAX_NOTES: i64 = 100;
/// How long a note may be, in characters (Unicode scalar values).
pub(crate) const MAX_CHARACTERS: usize = 2_000;
/// How many pending reports one request hands out, oldest first.
pub(crate) const PENDING_AT_ONCE: i64 = 50;

#[derive(Debug, PartialEq, Eq, Queryable, Insertable)]
pub(crate) struct Note {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) text: String,
    pub(crate) created_at: i64,
}

#[derive(Debug, PartialEq, Eq, Queryable, Insertable)]
pub(crate) struct Report {
    pub(crate) note_id: String,
    pub(crate) words: i64,
    pub(crate) lines: i64,
    pub(crate) characters: i64,
}

/// The notes of `owner`, newest first, each with its report when one was made.
// ANCHOR: of_owner
pub(crate) fn of_owner(db: &mut SqliteConnection, owner: &str) -> QueryResult<Vec<(Note, Option<Report>)>> {
    notes::table
        .left_join(reports::table.on(reports::note_id.eq(notes::id)))
        .filter(notes::owner.eq(owner))
        .order(notes::sequence.desc())
        .select(((notes::id, notes::owner, notes::text, notes::created_at), reports::all_columns.nullable()))
        .load(db)
}
// ANCHOR_END: of_owner

/// Writes a note, or `None` when its owner already keeps [`MAX_NOTES`].
pub(crate) fn write(
    db: &mut SqliteConnection,
    owner: String,
    text: String,
    now: Timestamp,
) -> QueryResult<Option<Note>> {
    // The writer's lock is taken before counting, so parallel requests cannot overshoot.
    db.immediate_transaction(|db| {
        let kept: i64 = notes::table.filter(notes::owner.eq(&owner)).select(count_star()).first(db)?;
        if kept >= MAX_NOTES {
            return Ok(None);
        }
        let note = Note { id: Uuid::new_v4().to_string(), owner, text, created_at: now.unix() };
        diesel::insert_into(notes::table).values(&note).execute(db)?;
        Ok(Some(note))
    })
}

/// Deletes a note of `owner`, and whether there was one: another user's note is as good as none.
pub(crate) fn delete(db: &mut SqliteConnection, owner: &str, id: &str) -> QueryResult<bool> {
    let mine = notes::table.filter(notes::owner.eq(owner).and(notes::id.eq(id)));
    Ok(diesel::delete(mine).execute(db)? == 1)
}

/// The id and text of notes without a report, oldest first, at most [`PENDING_AT_ONCE`].
pub(crate) fn pending(db: &mut SqliteConnection) -> QueryResult<Vec<(String, String)>> {
    notes::table
        .left_join(reports::table.on(reports::note_id.eq(notes::id)))
        .filter(reports::note_id.is_null())
        .order(notes::sequence.asc())
        .limit(PENDING_AT_ONCE)
        .select((notes::id, notes::text))
        .load(db)
}

/// Keeps a report, in place of an earlier one; `false` when its note is gone.
pub(crate) fn report(db: &mut SqliteConnection, report: &Report) -> QueryResult<bool> {
    match diesel::replace_into(reports::table).values(report).execute(db) {
        Ok(_) => Ok(true),
        Err(diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::ForeignKeyViolation,
            _,
        )) => Ok(false),
        Err(error) => Err(error),
    }
}
