//! `POST /inspector/messages`: what parties in other processes have recorded.

use auth_core::wire::Message;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};

use super::Inspector;

/// A report of more than this is refused; a party sends a few dozen messages at once.
pub(super) const LONGEST_REPORT: usize = 1024 * 1024;

/// For the party, which logs it.
type Refusal = (StatusCode, &'static str);

pub(super) async fn post(
    State(inspector): State<Inspector>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refusal> {
    refuse_browsers(&headers)?;
    let body = body.map_err(|rejection| (rejection.status(), "the report could not be read"))?;
    let messages: Vec<Message> = serde_json::from_slice(&body)
        .map_err(|_| (StatusCode::BAD_REQUEST, "the report is not a JSON array of messages"))?;
    // Ids become part of links and of the page; those of the recorder are letters and digits.
    if !messages.iter().all(|message| is_plain(&message.id)) {
        return Err((StatusCode::BAD_REQUEST, "a message's id is not of letters and digits"));
    }
    messages.into_iter().for_each(|message| inspector.store.add(message));
    Ok(StatusCode::NO_CONTENT)
}

/// No page may write into the inspector. A form can't send this media type, a script of another origin can't
/// without asking first (Fetch, "CORS-preflight request"), which nobody answers here; and whatever a browser
/// sends by POST carries one of these headers.
fn refuse_browsers(headers: &HeaderMap) -> Result<(), Refusal> {
    let from_a_page = |name: &str| name == "origin" || name.starts_with("sec-fetch-");
    if headers.keys().any(|name| from_a_page(name.as_str())) {
        return Err((
            StatusCode::FORBIDDEN,
            "only programs may report messages, and this came from a browser",
        ));
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "a report is sent as application/json"));
    }
    Ok(())
}

pub(super) fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
