//! The values that travel: which message carries which, without showing any of them.

use std::collections::HashMap;

use auth_core::wire::{Body, Field, Message, Value};

use super::read::{fingerprint, location, members, text};

/// A value that is not shown, by its kind and its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) label: &'static str,
    pub(super) fingerprint: Option<String>,
    pub(super) tint: u8,
}

impl Mark {
    fn new(label: &'static str, value: &Value) -> Mark {
        Mark { label, tint: tint(label), fingerprint: fingerprint(value).map(str::to_owned) }
    }
}

pub(super) const ACCESS_TOKEN: &str = "access token";
pub(super) const CLIENT_SECRET: &str = "client secret";
const REFRESH_TOKEN: &str = "refresh token";

/// What a parameter or member of this name carries.
fn kind(name: &str) -> Option<&'static str> {
    Some(match name {
        "code" => "code",
        "state" => "state",
        "nonce" => "nonce",
        "code_verifier" => "verifier",
        "client_secret" => CLIENT_SECRET,
        "access_token" => ACCESS_TOKEN,
        "refresh_token" => REFRESH_TOKEN,
        "id_token" => "ID token",
        "token" => "token",
        "password" => "password",
        _ => return None,
    })
}

/// The number of the colour that this kind has everywhere; 0 is no colour.
pub(super) fn tint(label: &str) -> u8 {
    match label {
        "ID token" => 1,
        "verifier" => 2,
        "code" => 3,
        ACCESS_TOKEN | "token" => 4,
        "state" => 5,
        REFRESH_TOKEN => 6,
        "nonce" => 7,
        CLIENT_SECRET => 8,
        _ => 0,
    }
}

/// The same, by the name of a parameter or member.
pub(super) fn tint_of(name: &str) -> u8 {
    kind(name).map_or(0, tint)
}

/// What the request brings.
pub(super) fn asked(message: &Message) -> Vec<Mark> {
    let mut marks = Vec::new();
    for field in &message.request_headers {
        if let Value::Credentials { value, .. } = &field.value {
            marks.push(match &**value {
                Value::Pair { secret, .. } => Mark::new(CLIENT_SECRET, secret),
                token => Mark::new(ACCESS_TOKEN, token),
            });
        }
    }
    let form = match &message.request_body {
        Body::Form(form) => form.as_slice(),
        _ => &[],
    };
    let hint = text(form, "token_type_hint");
    marks.extend(message.query.iter().chain(form).filter_map(mark).map(|mark| match (mark.label, hint) {
        ("token", Some("refresh_token")) => Mark { label: REFRESH_TOKEN, tint: tint(REFRESH_TOKEN), ..mark },
        _ => mark,
    }));
    marks
}

/// What the answer brings.
pub(super) fn answered(message: &Message) -> Vec<Mark> {
    let redirect = location(message).map(|(_, query)| query).unwrap_or_default();
    redirect.iter().chain(members(&message.response_body)).filter_map(mark).collect()
}

fn mark(field: &Field) -> Option<Mark> {
    let label = match (kind(&field.name)?, &field.value) {
        // An API asks about what it was shown, and a JWT tells what that is.
        ("token", Value::Token(_)) => ACCESS_TOKEN,
        (label, Value::Redacted { .. } | Value::Token(_)) => label,
        _ => return None,
    };
    Some(Mark::new(label, &field.value))
}

/// In which of the messages, in their order, each fingerprint is found.
pub(super) fn occurrences<'a>(messages: impl Iterator<Item = &'a Message>) -> HashMap<&'a str, Vec<usize>> {
    let mut found: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, message) in messages.enumerate() {
        let mut note = |fingerprint| {
            let places: &mut Vec<usize> = found.entry(fingerprint).or_default();
            if places.last() != Some(&index) {
                places.push(index);
            }
        };
        let fields = message.query.iter().chain(&message.request_headers).chain(&message.response_headers);
        let bodies = members(&message.request_body).iter().chain(members(&message.response_body));
        fields.chain(bodies).for_each(|field| visit(&field.value, &mut note));
    }
    found
}

fn visit<'a>(value: &'a Value, note: &mut impl FnMut(&'a str)) {
    if let Some(fingerprint) = fingerprint(value) {
        note(fingerprint);
    }
    match value {
        Value::Credentials { value, .. } => visit(value, note),
        Value::Pair { secret, .. } => visit(secret, note),
        Value::Url { query, fragment, .. } => {
            query.iter().chain(fragment).for_each(|field| visit(&field.value, note));
        }
        Value::Cookies(cookies) => cookies.iter().for_each(|field| visit(&field.value, note)),
        Value::Text(_) | Value::Redacted { .. } | Value::Token(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspector::tests::walk;

    fn labels(marks: &[Mark]) -> Vec<&str> {
        marks.iter().map(|mark| mark.label).collect()
    }

    #[test]
    fn a_code_is_the_same_wherever_it_goes() {
        let walk = walk::sign_in();
        let of = |path: &str| walk.iter().find(|message| message.path == path);
        let (Some(callback), Some(exchange)) = (of("/callback"), of("/o/token")) else {
            unreachable!("the walk has both")
        };
        assert_eq!(labels(&asked(callback)), ["code", "state"]);
        assert_eq!(labels(&asked(exchange)), ["client secret", "code", "verifier"]);
        assert_eq!(asked(callback)[0], asked(exchange)[1]);
        assert_eq!(labels(&answered(exchange)), ["access token", "refresh token", "ID token"]);
    }

    #[test]
    fn a_token_is_called_by_its_kind_where_that_is_known() {
        let all = walk::afterwards();
        for (path, kind) in [("/o/introspect", "access token"), ("/o/revoke_token", "refresh token")] {
            let carried: Vec<_> = all.iter().filter(|one| one.path == path).map(asked).collect();
            assert_eq!(
                carried.iter().map(|marks| labels(marks)).collect::<Vec<_>>(),
                [["client secret", kind]]
            );
        }
    }

    #[test]
    fn a_value_is_found_in_every_message_that_has_it() {
        let walk = walk::sign_in();
        let found = occurrences(walk.iter());
        let paths = |name: &str| -> Vec<&str> {
            found[walk::fingerprint(name).as_str()].iter().map(|index| walk[*index].path.as_str()).collect()
        };
        assert_eq!(paths("code"), ["/o/authorize", "/callback", "/o/token"]);
        assert_eq!(paths("as_session").len(), 5);
    }
}
