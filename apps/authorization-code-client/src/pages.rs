//! What the browser gets to see: pages, and problems as pages.

use askama::Template;
use auth_core::login::LoginError;
use auth_core::pages::Site;
use auth_core::secret::random_id;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::signed_in::User;

/// The layout for a visitor.
pub(crate) fn site(user: Option<&User>) -> Site {
    let site = Site::new("Notes", "client").link("/", "Home");
    match user {
        None => site,
        Some(user) => site.link("/profile", "Profile").link("/notes", "Notes").user(&user.name),
    }
}

/// Sends a rendered page.
pub(crate) fn html(status: StatusCode, page: askama::Result<String>) -> Response {
    match page {
        Ok(page) => {
            let content_type = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (status, content_type, page).into_response()
        }
        Err(error) => {
            let reference = random_id(10);
            tracing::error!(%error, reference, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, format!("The server failed. Reference: {reference}\n"))
                .into_response()
        }
    }
}

/// Why there is no page but this one: each with a status of its own, what happened and what to do.
/// Nothing of the request is repeated on it.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub(crate) struct Problem {
    status: StatusCode,
    title: &'static str,
    what_happened: &'static str,
    what_to_do: &'static str,
    action: Action,
    /// Stands in the log beside the reason.
    reference: Option<String>,
}

/// The link of a problem page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    SignIn,
    Home,
    Notes,
}

impl Problem {
    const fn new(
        status: StatusCode,
        title: &'static str,
        what_happened: &'static str,
        what_to_do: &'static str,
        action: Action,
    ) -> Self {
        Self { status, title, what_happened, what_to_do, action, reference: None }
    }

    pub(crate) const fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no such page",
            "Nothing is found at this address.",
            "Check the address, or begin at the home page.",
            Action::Home,
        )
    }

    pub(crate) const fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "That is not possible here",
            "This address does not take that kind of request.",
            "Begin at the home page, and use its buttons.",
            Action::Home,
        )
    }

    pub(crate) const fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "You are not signed in",
            "This page is about you, and nobody is signed in in this browser.",
            "Sign in to see it.",
            Action::SignIn,
        )
    }

    pub(crate) const fn foreign_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This form was not accepted",
            "It does not come from a current page of this app, so nothing was done. Another site may have \
             sent it, or the page was open since before you signed in.",
            "Go back to the page, reload it, and try again.",
            Action::Home,
        )
    }

    pub(crate) const fn unreadable_form(status: StatusCode) -> Self {
        Self::new(
            status,
            "This form cannot be read",
            "It is too long, or not written the way a browser writes a form.",
            "Go back, reload the page, and try again.",
            Action::Home,
        )
    }

    /// The user did not allow what this page needs.
    pub(crate) const fn not_allowed() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "You did not allow this",
            "When you signed in, you did not allow this app to do that with your notes.",
            "Sign in again and tick what you want to allow.",
            Action::SignIn,
        )
    }

    pub(crate) const fn note_gone() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no such note",
            "It has been deleted already.",
            "See which notes there are.",
            Action::Notes,
        )
    }

    /// Something on the server's side; the log has the reason under the reference on the page.
    pub(crate) fn of_api(status: StatusCode, reason: &str) -> Self {
        let (what_happened, what_to_do) = match status {
            StatusCode::GATEWAY_TIMEOUT => {
                ("The notes API did not answer in time.", "Wait a moment, then try again.")
            }
            StatusCode::SERVICE_UNAVAILABLE => ("The notes API is busy.", "Wait a moment, then try again."),
            _ => (
                "The notes API cannot be reached, or gave no usable answer.",
                "Wait a moment, then try again.",
            ),
        };
        Self::new(status, "Your notes are out of reach", what_happened, what_to_do, Action::Notes)
            .logged(reason)
    }

    fn logged(mut self, reason: &str) -> Self {
        let reference = random_id(10);
        tracing::error!(status = self.status.as_u16(), reason, reference, "a request failed");
        self.reference = Some(reference);
        self
    }
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        let title = match &error {
            LoginError::RefreshRefused => "Please sign in again",
            LoginError::AccessDenied => "You did not sign in",
            _ => "Signing in did not work",
        };
        let problem =
            Self::new(error.status(), title, error.what_happened(), error.what_to_do(), Action::SignIn);
        if error.status().is_server_error() {
            return problem.logged(&error.to_string());
        }
        tracing::info!(status = error.status().as_u16(), reason = %error, "nobody was signed in");
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = html(self.status, site(None).narrow_page(self.title, &self));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
