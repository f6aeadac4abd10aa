//! The extractors in actix-web. The application must have a `web::Data<BearerState>`.
//!
//! # Example
//! ```
//! use actix_web::{App, web};
//! use auth_core::bearer::BearerState;
//! use auth_core::bearer::actix::{RequiredScope, Scoped};
//!
//! struct NotesRead;
//! impl RequiredScope for NotesRead {
//!     const SCOPE: &'static str = "notes:read";
//! }
//!
//! async fn notes(token: Scoped<NotesRead>) -> String {
//!     format!("the notes of {}", token.subject())
//! }
//!
//! fn routes(bearer: BearerState) -> impl FnOnce(&mut web::ServiceConfig) {
//!     move |config| {
//!         config.app_data(web::Data::new(bearer)).route("/notes", web::get().to(notes));
//!     }
//! }
//! ```

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, web};

use super::authenticated::require_token;
pub use super::{Authenticated, BearerRejection, BearerState, MaybeAuthenticated, RequiredScope, Scoped};

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, BearerRejection>>>>;

/// All `Authorization` values; one that is not text becomes one that is refused.
fn authorization(request: &HttpRequest) -> Vec<&str> {
    let values = request.headers().get_all(AUTHORIZATION);
    values.map(|value| value.to_str().unwrap_or_default()).collect()
}

fn state(request: &HttpRequest) -> Result<web::Data<BearerState>, BearerRejection> {
    request.app_data::<web::Data<BearerState>>().cloned().ok_or_else(|| {
        tracing::error!("the application has no web::Data<BearerState>: every request is refused");
        BearerRejection::not_configured()
    })
}

impl FromRequest for Authenticated {
    type Error = BearerRejection;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { require_token(&*state(&request)?, &authorization(&request)).await })
    }
}

impl FromRequest for MaybeAuthenticated {
    type Error = BearerRejection;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(
            async move { super::authenticate(&*state(&request)?, &authorization(&request)).await.map(Self) },
        )
    }
}

impl<R: RequiredScope + 'static> FromRequest for Scoped<R> {
    type Error = BearerRejection;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let authenticated = Authenticated::from_request(request, payload);
        Box::pin(async move { Self::new(authenticated.await?) })
    }
}

impl ResponseError for BearerRejection {
    fn status_code(&self) -> StatusCode {
        // actix-web has its own, older edition of the same type.
        StatusCode::from_u16(self.status().as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        for (name, value) in self.headers() {
            response.insert_header((name.as_str(), value.as_bytes()));
        }
        response.body(self.body().to_owned())
    }
}
