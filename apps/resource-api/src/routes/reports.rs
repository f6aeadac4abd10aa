//! The reports that machines make: what is still to be done, and what was done.

use actix_web::{
    HttpResponse, Resource,
    web::{self, Data, Json, Path},
};
use serde::{Deserialize, Serialize};

use super::method_not_allowed;
use crate::{
    Shared,
    caller::{Machine, ReportsWrite},
    error::ApiError,
    notes::{self, Report},
};

pub(crate) fn pending_resource() -> Resource {
    web::resource("/reports/pending").get(pending).default_service(web::to(method_not_allowed))
}

pub(crate) fn item() -> Resource {
    web::resource("/reports/{id}").put(put).default_service(web::to(method_not_allowed))
}

/// A note that waits for its report: its random id and its text, and not whose it is.
#[derive(Serialize)]
struct Pending {
    id: String,
    text: String,
}

#[tracing::instrument(skip_all, level = "debug")]
async fn pending(_: Machine<ReportsWrite>, shared: Data<Shared>) -> Result<Json<Vec<Pending>>, ApiError> {
    let pending = shared.database.run(notes::pending).await?;
    Ok(Json(pending.into_iter().map(|(id, text)| Pending { id, text }).collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    words: u32,
    lines: u32,
    characters: u32,
}

/// Putting the same report again changes nothing, so a worker may repeat a round that broke off.
#[tracing::instrument(skip_all, level = "debug")]
async fn put(
    _: Machine<ReportsWrite>,
    shared: Data<Shared>,
    id: Path<String>,
    // Whoever may not report is told that first, whatever they sent.
    counts: Result<Json<Counts>, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let counts = counts?;
    let report = Report {
        note_id: id.into_inner(),
        words: counts.words.into(),
        lines: counts.lines.into(),
        characters: counts.characters.into(),
    };
    if shared.database.run(move |db| notes::report(db, &report)).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(ApiError::NotFound)
    }
}
