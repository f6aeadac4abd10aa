//! Polls that found nothing. A worker looks every few seconds; a reader wants to see that once.

use auth_core::wire::{Body, Field, Message, Value};

use super::party::Party;
use super::read::{self, fingerprint};

/// The worker asked for work, and there was none.
pub(super) fn is_idle_poll(message: &Message) -> bool {
    let asked = Party::of(&message.from) == Party::Worker
        && Party::of(&message.to) == Party::ResourceApi
        && (message.method.as_str(), message.path.as_str()) == ("GET", "/reports/pending");
    // An empty array has no member with a name.
    let nothing = match &message.response_body {
        Body::Json(fields) => fields.iter().all(|field| field.name.is_empty()),
        _ => false,
    };
    asked && message.status == 200 && nothing
}

/// Whether `other` is the introspection by which the API checked the token of the poll.
pub(super) fn belongs_to(poll: &Message, other: &Message) -> bool {
    let during = poll.started_us..=poll.started_us.saturating_add(poll.took_us);
    other.browser.is_none()
        && other.from == poll.to
        && other.path == "/o/introspect"
        && during.contains(&other.started_us)
        && bearer(poll).is_some_and(|token| Some(token) == asked_about(other))
}

fn bearer(message: &Message) -> Option<&str> {
    match read::value(&message.request_headers, "authorization")? {
        Value::Credentials { value, .. } => fingerprint(value),
        _ => None,
    }
}

fn asked_about(message: &Message) -> Option<&str> {
    match &message.request_body {
        Body::Form(form) => {
            form.iter().find(|field: &&Field| field.name == "token").and_then(|f| fingerprint(&f.value))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inspector::tests::walk::{idle_round, json};

    #[test]
    fn a_poll_that_found_work_is_shown() {
        let [_, poll] = idle_round(0);
        assert!(is_idle_poll(&poll));
        let found =
            Message { response_body: json(&[("[0].id", "n1"), ("[0].text", "hello")]), ..poll.clone() };
        assert!(!is_idle_poll(&found));
        assert!(!is_idle_poll(&Message { status: 401, ..poll.clone() }));
        assert!(!is_idle_poll(&Message { from: "program".to_owned(), ..poll }));
    }

    #[test]
    fn only_the_check_of_the_polls_own_token_belongs_to_it() {
        let [check, poll] = idle_round(0);
        assert!(belongs_to(&poll, &check));
        let later = Message { started_us: poll.started_us + poll.took_us + 1, ..check.clone() };
        assert!(!belongs_to(&poll, &later));
        let another = Value::Redacted { bytes: 9, fingerprint: Some("ffffff".to_owned()) };
        let form = Body::Form(vec![Field { name: "token".to_owned(), value: another }]);
        assert!(!belongs_to(&poll, &Message { request_body: form, ..check.clone() }));
        assert!(!belongs_to(&poll, &Message { browser: Some("me".to_owned()), ..check }));
    }
}
