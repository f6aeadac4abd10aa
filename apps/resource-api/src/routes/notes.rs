//! The notes of the signed-in user.

use actix_web::{
    HttpResponse, Resource,
    web::{self, Data, Json, Path},
};
use auth_core::clock::Timestamp;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::method_not_allowed;
use crate::{
    Shared,
    caller::{NotesRead, NotesWrite, User},
    error::ApiError,
    notes::{self, MAX_CHARACTERS, Note, Report},
};

pub(crate) fn collection() -> Resource {
    web::resource("/notes").get(list).post(write).default_service(web::to(method_not_allowed))
}

pub(crate) fn item() -> Resource {
    web::resource("/notes/{id}").delete(delete).default_service(web::to(method_not_allowed))
}

/// A note as its owner sees it.
#[derive(Serialize)]
struct NoteView {
    id: String,
    text: String,
    /// RFC 3339, UTC.
    created_at: String,
    report: Option<ReportView>,
}

#[derive(Serialize)]
struct ReportView {
    words: i64,
    lines: i64,
    characters: i64,
}

impl NoteView {
    fn new(note: Note, report: Option<Report>) -> Self {
        let report =
            report.map(|Report { words, lines, characters, .. }| ReportView { words, lines, characters });
        Self { id: note.id, text: note.text, created_at: rfc3339(note.created_at), report }
    }
}

fn rfc3339(seconds: i64) -> String {
    let instant = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    // Every instant of ours has a form; were there one without, none is said rather than a wrong one.
    instant.format(&Rfc3339).unwrap_or_default()
}
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: list
async fn list(user: User<NotesRead>, shared: Data<Shared>) -> Result<Json<Vec<NoteView>>, ApiError> {
    let owner = user.into_subject();
    let notes = shared.database.run(move |db| notes::of_owner(db, &owner)).await?;
    Ok(Json(notes.into_iter().map(|(note, report)| NoteView::new(note, report)).collect()))
}
// ANCHOR_END: list

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewNote {
    text: String,
}

#[tracing::instrument(skip_all, level = "debug")]
async fn write(
    user: User<NotesWrite>,
    shared: Data<Shared>,
    // Whoever may not write is told that first, whatever they sent.
    new: Result<Json<NewNote>, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let (owner, text) = (user.into_subject(), checked(new?.into_inner().text)?);
    let now: Timestamp = shared.clock.now();
    let written = shared.database.run(move |db| notes::write(db, owner, text, now)).await?;
    let note = written.ok_or(ApiError::TooManyNotes)?;
    Ok(HttpResponse::Created().json(NoteView::new(note, None)))
}

fn checked(text: String) -> Result<String, ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::invalid("`text` is empty"));
    }
    if text.chars().count() > MAX_CHARACTERS {
        return Err(ApiError::invalid("`text` is longer than 2000 characters"));
    }
    if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(ApiError::invalid("`text` has control characters other than line breaks and tabs"));
    }
    Ok(text)
}

#[tracing::instrument(skip_all, level = "debug")]
async fn delete(
    user: User<NotesWrite>,
    shared: Data<Shared>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (owner, id) = (user.into_subject(), id.into_inner());
    if shared.database.run(move |db| notes::delete(db, &owner, &id)).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(ApiError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339_in_utc() {
        assert_eq!(rfc3339(1_300_819_380), "2011-03-22T18:43:00Z");
    }

    #[test]
    fn a_text_has_something_to_say_and_an_end() {
        let refused = |text: &str| checked(text.to_owned()).is_err();
        assert!(refused("") && refused(" \n") && refused("a\0b") && refused("\u{1b}[2J"));
        assert!(!refused("zwei\nZeilen\t…") && !refused(&"ä".repeat(MAX_CHARACTERS)));
        assert!(refused(&"a".repeat(MAX_CHARACTERS + 1)));
    }
}
