//! The routes: one file each.

mod callback;
mod home;
mod login;
mod logout;
mod notes;
mod profile;

use std::sync::Arc;

use auth_core::headers::{Csp, SecurityHeaders};
use auth_core::login::LoginError;
use auth_core::secret::Digest;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};

use crate::Shared;
use crate::pages::Problem;
use crate::sessions::Session;
use crate::signed_in::SignedIn;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let headers = SecurityHeaders::page(Csp::strict()).https(shared.own_origin.is_https());
    Router::new()
        .route("/", get(home::show))
        .route("/login", get(login::begin))
        .route("/callback", get(callback::end))
        .route("/profile", get(profile::show))
        .route("/notes", get(notes::show).post(notes::add))
        .route("/notes/{id}/delete", post(notes::delete))
        .route("/logout", post(logout::end))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(shared)
        .layer(headers)
}

/// Whose browser it is: the session that its cookie names, if the server knows it.
pub(crate) struct Visitor(Option<(Digest, Arc<Session>)>);

impl FromRequestParts<Arc<Shared>> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Self::Rejection> {
        let Some(id) = shared.cookie.read(&parts.headers) else { return Ok(Self(None)) };
        Ok(Self(shared.sessions.find(&id).await.map(|session| (id, session))))
    }
}

impl Visitor {
    pub(crate) fn session(&self) -> Option<&Arc<Session>> {
        self.0.as_ref().map(|(_, session)| session)
    }

    pub(crate) fn id_and_session(&self) -> Option<(Digest, &Session)> {
        self.0.as_ref().map(|(id, session)| (*id, &**session))
    }

    /// The signed-in user, or the page that says that there is none.
    pub(crate) fn signed_in(&self) -> Result<&SignedIn, Problem> {
        self.session().and_then(|session| session.signed_in.as_ref()).ok_or(Problem::not_signed_in())
    }
}

impl Shared {
    /// Ends the session of a visitor whose sign-in is over, and says so.
    pub(crate) async fn sign_in_again(&self, visitor: &Visitor) -> Response {
        if let Some((id, _)) = visitor.id_and_session() {
            self.sessions.end(&id).await;
        }
        with_cookie(Problem::from(LoginError::RefreshRefused).into_response(), self.cookie.clear())
    }
}

/// 303: whatever the request was, the browser goes on with a GET (RFC 9110 §15.4.4).
pub(crate) fn see_other(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => Problem::not_found().into_response(),
    }
}

pub(crate) fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
