//! Looking things up in a message.

use auth_core::wire::{Body, Field, Message, Value};

/// The first value of that name; header fields are compared without case.
pub(super) fn value<'a>(fields: &'a [Field], name: &str) -> Option<&'a Value> {
    fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| &field.value)
}

/// The first value of that name, if it may be shown as text.
pub(super) fn text<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    match value(fields, name)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// What makes two values the same without showing them.
pub(super) fn fingerprint(value: &Value) -> Option<&str> {
    match value {
        Value::Redacted { fingerprint, .. } => fingerprint.as_deref(),
        Value::Token(token) => Some(&token.fingerprint),
        _ => None,
    }
}

/// The parameters of a form or of JSON; none of anything else.
pub(super) fn members(body: &Body) -> &[Field] {
    match body {
        Body::Form(fields) | Body::Json(fields) => fields,
        Body::Empty | Body::Page { .. } | Body::Other { .. } => &[],
    }
}

/// Where an answer sends the browser: the URL up to its query, and the query.
pub(super) fn location(message: &Message) -> Option<(&str, &[Field])> {
    match value(&message.response_headers, "location")? {
        Value::Url { base, query, .. } => Some((base, query)),
        Value::Text(base) => Some((base, &[])),
        _ => None,
    }
}

/// The path of a URL, with or without an origin before it.
pub(super) fn path_of(url: &str) -> &str {
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => url,
    }
}
