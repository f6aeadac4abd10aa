//! What can be asked for, one file per resource.

pub(crate) mod about;
pub(crate) mod notes;
pub(crate) mod reports;

use actix_web::{HttpResponse, http::StatusCode, web};

use crate::error::ApiError;

/// Registers every route, and the metadata at the path that they have to have.
pub(crate) fn configure(routes: &mut web::ServiceConfig, metadata_path: &str) {
    routes
        .service(about::resource())
        .service(about::metadata_resource(metadata_path))
        .service(notes::collection())
        .service(notes::item())
        .service(reports::pending_resource())
        .service(reports::item())
        .default_service(web::to(not_found));
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::NotFound)
}

/// For the methods that a path does not have.
async fn method_not_allowed() -> Result<HttpResponse, ApiError> {
    Err(ApiError::Refused(StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method"))
}
