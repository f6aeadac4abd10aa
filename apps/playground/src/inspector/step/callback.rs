//! What comes back to the client through the browser, and what the client made of it.

use auth_core::wire::{Field, Message, Value};

use super::super::read::{text, value};
use super::super::recorded::{Recorded, state};
use super::Step;

/// What an authorization response brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::inspector) enum Answer {
    Code,
    Refusal,
    /// Neither, so that it is none.
    Nothing,
}

impl Answer {
    pub(super) fn of(message: &Message) -> Answer {
        let has = |name| value(&message.query, name).is_some();
        // RFC 6749 §4.1.2 and §4.1.2.1: either of them.
        match (has("code"), has("error")) {
            (true, _) => Answer::Code,
            (false, true) => Answer::Refusal,
            (false, false) => Answer::Nothing,
        }
    }
}

/// Whether the user said no, and the client found that answer to be one to its own question.
pub(in crate::inspector) fn is_denied(callback: &Message) -> bool {
    callback.status == 403 && text(&callback.query, "error") == Some("access_denied")
}

/// Whether the client did not take it for an answer to a question of its own.
pub(in crate::inspector) fn is_stopped(message: &Message) -> bool {
    matches!(Step::of(message), Step::Callback(_)) && message.status == 400
}

/// Why nobody was signed in, as far as the messages tell.
pub(super) fn refusal(callback: &Message, recorded: &Recorded<'_>) -> Option<String> {
    if is_denied(callback) {
        return Some("You said no. Nobody is signed in.".to_owned());
    }
    let error = text(&callback.query, "error");
    match (callback.status, error) {
        (400, _) => stopped(callback, recorded),
        (402.., Some(error)) => Some(format!("It says {error}. Nobody is signed in.")),
        _ => None,
    }
}

fn stopped(callback: &Message, recorded: &Recorded<'_>) -> Option<String> {
    if recorded.asked_others(callback) {
        return None;
    }
    let why = if let Some(name) = repeated(&callback.query) {
        // RFC 6749 §3.1
        format!("{name} stands in it twice")
    } else if value(&callback.query, "state").is_none() {
        "it has no state, so it belongs to no sign-in".to_owned()
    } else if !recorded.began(callback) {
        // A state of the client's making is long and random, and its session is in a cookie.
        let certain = state(&callback.query).is_none() || !has_session(callback);
        if certain {
            "this browser has no sign-in with this state"
        } else {
            "no sign-in with this state was seen here"
        }
        .to_owned()
    } else if recorded.came_before(callback) {
        "an answer with this state was here before, and it counts once".to_owned()
    } else {
        return None;
    };
    Some(format!("Stopped: {why}. Nothing was sent to the server."))
}

fn repeated(query: &[Field]) -> Option<&str> {
    let mut names = query.iter().enumerate().map(|(index, field)| (index, field.name.as_str()));
    let stands_before = |index: usize, name: &str| query[..index].iter().any(|field| field.name == name);
    names.find(|(index, name)| stands_before(*index, name)).map(|(_, name)| name)
}

fn has_session(message: &Message) -> bool {
    match value(&message.request_headers, "cookie") {
        Some(Value::Cookies(cookies)) => cookies.iter().any(|one| one.name.ends_with("client_session")),
        _ => false,
    }
}
