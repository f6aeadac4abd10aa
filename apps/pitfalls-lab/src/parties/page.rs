//! The parties' pages: the common layout, which says whose site this is, the banner, and problems.

use askama::Template;
use auth_core::pages::{ICON, ICON_PATH, STYLESHEET, STYLESHEET_PATH, Site};
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};

#[derive(Template)]
#[template(path = "problem.html")]
struct Problem<'a> {
    error: &'a str,
    problem: &'a str,
}

/// Whose site a page is on.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    /// Host and port, as the browser asked for them.
    pub(crate) host: String,
    /// What this party is.
    pub(crate) party: &'static str,
}

tokio::task_local! {
    /// The party that answers this request; none in the console.
    pub(super) static HERE: Here;
}

fn site() -> Site {
    HERE.try_with(|here| Site::new(here.host.clone(), here.party))
        .unwrap_or_else(|_| Site::new("Pitfalls lab", "insecure on purpose"))
}

/// A page of a party.
pub(crate) fn page<T: Template>(status: StatusCode, title: &str, main: &T) -> Response {
    html(status, site().narrow_page(title, main))
}

/// A page of a party with long values on it.
pub(super) fn wide_page<T: Template>(status: StatusCode, title: &str, main: &T) -> Response {
    html(status, site().page(title, main))
}

/// A page that gives itself out for another party's.
pub(super) fn disguised_page<T: Template>(
    title: &str,
    origin: &str,
    party: &'static str,
    main: &T,
) -> Response {
    let host = origin.strip_prefix("http://").unwrap_or(origin);
    html(StatusCode::OK, Site::new(host, party).narrow_page(title, main))
}

pub(crate) fn html(status: StatusCode, page: askama::Result<String>) -> Response {
    match page {
        Ok(page) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A page that says what was refused. It redirects nowhere and repeats nothing of the request.
pub(crate) fn problem(status: StatusCode, error: &str, problem: &str) -> Response {
    page(status, "Refused", &Problem { error, problem })
}

/// A redirect after a form or a link: 303, so that the browser comes with GET and no body.
pub(crate) fn see_other(location: &str) -> Response {
    redirect(StatusCode::SEE_OTHER, location)
}

pub(crate) fn redirect(status: StatusCode, location: &str) -> Response {
    let Ok(value) = HeaderValue::from_str(location) else { return Redirect::to("/").into_response() };
    (status, [(header::LOCATION, value)]).into_response()
}

/// JSON that no cache keeps.
pub(crate) fn json(status: StatusCode, body: &serde_json::Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}

/// The stylesheet and the icon of every page.
pub(crate) fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let asset = |content_type: &'static str, content: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, content_type)], content) })
    };
    Router::new()
        .route(&STYLESHEET_PATH, asset("text/css", STYLESHEET))
        .route(&ICON_PATH, asset("image/svg+xml", ICON))
}
