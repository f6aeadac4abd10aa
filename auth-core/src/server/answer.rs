use std::borrow::Cow;

use crate::headers::{Csp, SecurityHeaders};
use crate::pages::{ErrorPage, ICON, ICON_PATH, STYLESHEET, STYLESHEET_PATH, Site};
use crate::secret::random_id;

use super::shell::Shell;

/// An answer of the shell itself, before it is put into a framework's type.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) cache_control: Option<&'static str>,
    pub(super) retry_after: Option<&'static str>,
    pub(super) headers: SecurityHeaders,
    pub(super) body: Cow<'static, str>,
}

impl Answer {
    fn new(status: u16, content_type: &'static str, body: impl Into<Cow<'static, str>>) -> Answer {
        Answer {
            status,
            content_type,
            cache_control: None,
            retry_after: None,
            headers: SecurityHeaders::api(),
            body: body.into(),
        }
    }
}

impl Shell {
    /// What every server answers itself: health and the files of the pages.
    pub(super) async fn own(&self, method: &str, path: &str) -> Option<Answer> {
        if method != "GET" && method != "HEAD" {
            return None;
        }
        const TEXT: &str = "text/plain; charset=utf-8";
        let file = |content_type, content| {
            let mut answer = Answer::new(200, content_type, content);
            answer.cache_control = Some("public, max-age=31536000, immutable");
            answer
        };
        Some(match path {
            // ANCHOR: health
            "/healthz" => Answer::new(200, TEXT, "ok\n"),
            "/readyz" => match self.ready.check().await {
                Ok(()) => Answer::new(200, TEXT, "ready\n"),
                Err(reason) => {
                    tracing::warn!(port = self.port, reason, "not ready");
                    Answer::new(503, TEXT, "not ready\n")
                }
            },
            // ANCHOR_END: health
            _ if path == *STYLESHEET_PATH => file("text/css; charset=utf-8", STYLESHEET),
            _ if path == *ICON_PATH => file("image/svg+xml", ICON),
            _ => return None,
        })
    }
}

/// Whether the caller is somebody with a browser, who should see a page and not JSON.
pub(super) fn wants_page(accept: &str) -> bool {
    let mut types = accept.split(',').filter_map(|t| t.split(';').next());
    types.any(|t| t.trim().eq_ignore_ascii_case("text/html"))
}

/// A handler panicked. The reason stays in the log, under the reference that the caller gets.
pub(super) fn panicked(panic: &(dyn std::any::Any + Send), method: &str, path: &str, page: bool) -> Answer {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let reference = random_id(10);
    tracing::error!(reference, method, path, "panicked: {}", text.unwrap_or("?"));
    failure(
        page,
        ErrorPage {
            status: 500,
            title: "Something went wrong",
            what_happened: "The server failed to answer this request.",
            what_to_do: "Try again; if it happens again, report it with the reference below.",
            reference: Some(&reference),
        },
    )
}

/// The request took longer than [`super::Limits::request`].
pub(super) fn timed_out(page: bool) -> Answer {
    let mut answer = failure(
        page,
        ErrorPage {
            status: 503,
            title: "This took too long",
            what_happened: "The request was not finished within the server's time limit.",
            what_to_do: "Wait a moment and try again.",
            reference: None,
        },
    );
    answer.retry_after = Some("5");
    answer
}

/// The request announced a body above the limit.
pub(super) fn too_large(page: bool) -> Answer {
    failure(
        page,
        ErrorPage {
            status: 413,
            title: "Too much at once",
            what_happened: "The request is larger than this server accepts.",
            what_to_do: "Send less in one request.",
            reference: None,
        },
    )
}

fn failure(page: bool, error: ErrorPage<'_>) -> Answer {
    if page && let Ok(html) = Site::new("OAuth 2 by Example", "server").error_page(&error) {
        let mut answer = Answer::new(error.status, "text/html; charset=utf-8", html);
        answer.headers = SecurityHeaders::page(Csp::strict());
        return answer;
    }
    let code = match error.status {
        503 => "temporarily_unavailable",
        413 => "invalid_request",
        _ => "server_error",
    };
    let mut json = serde_json::json!({ "error": code, "error_description": error.what_happened });
    if let Some(reference) = error.reference {
        json["reference"] = reference.into();
    }
    Answer::new(error.status, "application/json", json.to_string())
}
