//! Answers for people: pages, redirects after a form, and pages that say what went wrong.

use std::fmt;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use askama::Template;
use auth_core::headers::{Csp, SecurityHeaders};
use auth_core::pages::{ErrorPage, Site};
use auth_core::secret::random_id;

use super::body::BodyError;
use crate::db::{Fault, Refused};

/// A page of one narrow column, with a policy of its own if it needs one.
pub(crate) fn page<T: Template>(
    status: StatusCode,
    title: &str,
    user: Option<&str>,
    csp: Csp,
    main: &T,
) -> Result<HttpResponse, PageError> {
    let html = site(user).narrow_page(title, main);
    html_response(status, csp, html)
}

/// A page of full width.
pub(crate) fn wide_page<T: Template>(
    title: &str,
    user: Option<&str>,
    main: &T,
) -> Result<HttpResponse, PageError> {
    let html = site(user).page(title, main);
    html_response(StatusCode::OK, Csp::strict(), html)
}

fn site(user: Option<&str>) -> Site {
    let site = Site::new("Sign-in", "authorization server");
    match user {
        Some(user) => site.user(user),
        None => site,
    }
}

fn html_response(
    status: StatusCode,
    csp: Csp,
    html: askama::Result<String>,
) -> Result<HttpResponse, PageError> {
    let html = html.map_err(|error| PageError::internal(&error))?;
    let mut response = HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html);
    SecurityHeaders::page(csp).apply_actix(response.headers_mut());
    Ok(response)
}

/// Where a form leads. RFC 9700 §4.12: 303, so that the browser never repeats a form with a
/// password in it to somebody else, as it would after a 307.
pub(crate) fn see_other(location: &str, cookie: Option<Cookie<'_>>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, location));
    if let Some(cookie) = cookie {
        response.cookie(cookie);
    }
    response.finish()
}

/// A page that says what happened and what to do. Nothing that was sent to us is repeated in it.
#[derive(Debug)]
pub(crate) struct PageError {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    pub(crate) what_happened: String,
    pub(crate) what_to_do: &'static str,
    pub(crate) reference: Option<String>,
    pub(crate) retry_after: Option<u64>,
}

impl PageError {
    pub(crate) fn new(
        status: StatusCode,
        title: &'static str,
        what_happened: impl Into<String>,
        what_to_do: &'static str,
    ) -> Self {
        Self {
            status,
            title,
            what_happened: what_happened.into(),
            what_to_do,
            reference: None,
            retry_after: None,
        }
    }

    /// Our own failure. The reader gets an id; the reason stands in the log under it.
    pub(crate) fn internal(error: &dyn fmt::Display) -> Self {
        let reference = random_id(8);
        tracing::error!(%reference, %error, "an answer failed");
        Self {
            reference: Some(reference),
            ..Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong here",
                "This server could not finish the request. It is not your fault.",
                "Try again in a minute. If it happens again, tell whoever runs this server, with the reference below.",
            )
        }
    }

    /// A form that did not come from our own page in this browser.
    pub(crate) fn foreign_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This form cannot be accepted",
            "It did not come from a page that this server has shown in this browser, or that page was too old.",
            "Go back, reload the page and try again. If it happens again, allow cookies for this site and open it under its own address.",
        )
    }

    /// An authorization request that nobody can continue any more.
    pub(crate) fn request_is_over() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "This sign-in is over",
            "It took too long, or it has been answered already.",
            "Go back to the application that you came from and sign in again from there.",
        )
    }

    /// Too many attempts.
    pub(crate) fn throttled(seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many attempts",
                format!(
                    "There were too many attempts to sign in. The next one is possible in {seconds} seconds."
                ),
                "Wait, then try again. If it was not you who tried, tell whoever runs this server.",
            )
        }
    }

    /// A moment of overload.
    pub(crate) fn busy() -> Self {
        Self {
            retry_after: Some(2),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Too busy",
                "This server has too much to do at the moment.",
                "Try again in a few seconds.",
            )
        }
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.title)
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let page = ErrorPage {
            status: self.status.as_u16(),
            title: self.title,
            what_happened: &self.what_happened,
            what_to_do: self.what_to_do,
            reference: self.reference.as_deref(),
        };
        let mut response = match site(None).error_page(&page) {
            Ok(html) => HttpResponse::build(self.status).content_type("text/html; charset=utf-8").body(html),
            Err(_) => HttpResponse::new(self.status),
        };
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        SecurityHeaders::page(Csp::strict()).apply_actix(response.headers_mut());
        response
    }
}

impl From<Fault> for PageError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Busy => Self::busy(),
            fault => Self::internal(&fault),
        }
    }
}

impl From<Refused<PageError>> for PageError {
    fn from(refused: Refused<PageError>) -> Self {
        match refused {
            Refused::Answer(error) => error,
            Refused::Fault(fault) => fault.into(),
        }
    }
}

impl From<BodyError> for PageError {
    fn from(error: BodyError) -> Self {
        let (status, title) = match error {
            BodyError::NotAForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not a form"),
            BodyError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
            BodyError::Interrupted | BodyError::Malformed(_) => {
                (StatusCode::BAD_REQUEST, "The request is malformed")
            }
        };
        Self::new(
            status,
            title,
            format!("What was sent could not be read: {error}."),
            "Go back to the application that you came from and try again. If it happens again, tell whoever runs it.",
        )
    }
}
