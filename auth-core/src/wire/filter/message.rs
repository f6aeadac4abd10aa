//! Every text of a message, one by one. Nothing is left out with `..`: who adds a text to a message has to say
//! here how it is shown, or it does not compile.

use serde_json::Value as Json;

use super::{Runs, address, is_address, text};
use crate::wire::{Body, Field, Message, Token, Value};

/// Names whose values are random and made to be seen: digests, public keys, identifiers.
const PUBLIC_RUNS: &str = " \
    code_challenge client_id azp aud sub owner kid x y n e jti sid auth_id at_hash c_hash jkt ";

impl Message {
    /// As it may leave the party.
    pub(in crate::wire) fn filtered(self) -> Message {
        let Message {
            id,
            started_us,
            took_us,
            browser,
            from,
            to,
            method,
            path: asked,
            query,
            request_headers,
            request_body,
            status,
            response_headers,
            response_body,
            handlers,
        } = self;
        Message {
            id,
            started_us,
            took_us,
            browser,
            from: plain(&from),
            to,
            method: plain(&method),
            path: address(&asked, Runs::Cut),
            query: fields(query),
            request_headers: fields(request_headers),
            request_body: body(request_body),
            status,
            response_headers: fields(response_headers),
            response_body: body(response_body),
            // The compiler's own words.
            handlers,
        }
    }
}

fn plain(shown: &str) -> String {
    text(shown, Runs::Cut)
}

fn fields(fields: Vec<Field>) -> Vec<Field> {
    fields
        .into_iter()
        .map(|Field { name, value: v }| Field { value: value(runs(&name), v), name: plain(&name) })
        .collect()
}

/// By the last name of `keys[0].x`.
fn runs(name: &str) -> Runs {
    let last = name.rsplit('.').next().unwrap_or(name);
    let last = last.split('[').next().unwrap_or(last);
    if PUBLIC_RUNS.split_ascii_whitespace().any(|public| public == last) { Runs::Shown } else { Runs::Cut }
}

fn value(runs: Runs, shown: Value) -> Value {
    match shown {
        Value::Text(shown) if is_address(&shown) => Value::Text(address(&shown, runs)),
        Value::Text(shown) => Value::Text(text(&shown, runs)),
        Value::Redacted { bytes, fingerprint } => Value::Redacted { bytes, fingerprint },
        Value::Credentials { scheme, value: inner } => {
            Value::Credentials { scheme: plain(&scheme), value: Box::new(value(Runs::Cut, *inner)) }
        }
        Value::Pair { user, secret } => {
            Value::Pair { user: plain(&user), secret: Box::new(value(Runs::Cut, *secret)) }
        }
        Value::Token(Token { header, claims, fingerprint }) => {
            Value::Token(Token { header: json(runs, header), claims: json(runs, claims), fingerprint })
        }
        Value::Url { base, query, fragment } => {
            Value::Url { base: address(&base, Runs::Cut), query: fields(query), fragment: fields(fragment) }
        }
        Value::Cookies(cookies) => Value::Cookies(fields(cookies)),
    }
}

fn body(shown: Body) -> Body {
    match shown {
        Body::Empty => Body::Empty,
        Body::Form(members) => Body::Form(fields(members)),
        Body::Json(members) => Body::Json(fields(members)),
        Body::Page { title, bytes } => Body::Page { title: title.as_deref().map(plain), bytes },
        Body::Other { content_type, bytes } => Body::Other { content_type: plain(&content_type), bytes },
    }
}

fn json(runs: Runs, shown: Json) -> Json {
    match shown {
        Json::Object(members) => {
            members.into_iter().map(|(name, value)| (plain(&name), json(self::runs(&name), value))).collect()
        }
        Json::Array(items) => items.into_iter().map(|item| json(runs, item)).collect(),
        Json::String(shown) if is_address(&shown) => Json::String(address(&shown, runs)),
        Json::String(shown) => Json::String(text(&shown, runs)),
        Json::Null | Json::Bool(_) | Json::Number(_) => shown,
    }
}
