//! The book, under `/docs/`.

use auth_core::headers::Csp;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use book::File;

/// The name of a file changes with its content.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// A page is asked for each time: the next playground may have another book.
const ASK_AGAIN: &str = "no-cache";
/// Without scripts a page shows the table of contents in a frame.
const IN_A_FRAME: &str = "toc.html";
/// A drawing has its own style in itself, for light and for dark, and nothing that could run.
const DRAWING: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/docs", get(|| async { Redirect::temporary("/docs/") }))
        .route("/docs/", get(|| async { answer("") }))
        .route("/docs/{*path}", get(|Path(path): Path<String>| async move { answer(&path) }))
}

fn answer(path: &str) -> Response {
    match book::file(path) {
        Some(file) => send(StatusCode::OK, file),
        None if book::file(&format!("{path}/")).is_some() => {
            Redirect::temporary(&format!("/docs/{path}/")).into_response()
        }
        // A chapter by its name alone. Not for good: the next book may have a folder there.
        None if book::file(&format!("{path}.html")).is_some() => {
            Redirect::to(&format!("/docs/{path}.html")).into_response()
        }
        None => match book::file("404.html") {
            Some(page) => send(StatusCode::NOT_FOUND, page),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

fn send(status: StatusCode, file: &'static File) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    let cache = if file.hashed { FOR_GOOD } else { ASK_AGAIN };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    let policy = match file.content_type.split(';').next() {
        Some("text/html") => policy(file),
        Some("image/svg+xml") => DRAWING.to_owned(),
        _ => Csp::strict().value(),
    };
    let Ok(policy) = HeaderValue::from_str(&policy) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    if file.path == IN_A_FRAME {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    (status, headers, file.bytes).into_response()
}

/// Files of ours, and of what is inline exactly what the build saw: each script and each `style` attribute by
/// its hash. `'unsafe-hashes'` is the word that lets a hash count for an attribute at all (CSP Level 3 §6.7.3.3).
/// mdBook's stylesheet has the picture of a button as `data:`.
fn policy(page: &File) -> String {
    let hashes = |hashes: &[&str]| hashes.iter().map(|hash| format!(" '{hash}'")).collect::<String>();
    let (scripts, styles) = (hashes(page.inline_scripts), hashes(page.inline_styles));
    let ancestors = if page.path == IN_A_FRAME { "'self'" } else { "'none'" };
    format!(
        "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; \
         style-src-attr 'unsafe-hashes'{styles}; img-src 'self' data:; connect-src 'self'; frame-src 'self'; \
         form-action 'self'; frame-ancestors {ancestors}; base-uri 'self'"
    )
}
