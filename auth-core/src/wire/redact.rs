//! What of a message may be shown. Public values are listed; whatever is not is redacted, so that a parameter
//! that somebody adds tomorrow is hidden until it is known to be harmless. Names are the sender's too: a body that
//! came without its media type is one long name. What is shown then passes [`super::filter`].

mod body;
mod claims;
mod fields;

use std::borrow::Cow;

use url::form_urlencoded;

use super::names::{is_a_name, is_public, is_random, is_url};
use super::random::redacted;
use super::{Field, Token, Value};

pub(crate) use body::{body, unread};
pub(super) use claims::claims;
pub(crate) use fields::{answer_fields, request_fields};

/// No body of ours has more members than a reader could want to see.
const MOST_FIELDS: usize = 100;
/// As in the filter; cut here, no long value is copied.
const LONGEST_TEXT: usize = 1_100;

impl Field {
    fn new(name: &str, value: Value) -> Field {
        if is_a_name(name) {
            return Field { name: name.to_owned(), value };
        }
        let value = if name.is_empty() { value } else { redacted(name, false) };
        Field { name: "(unnamed)".to_owned(), value }
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.chars().take(LONGEST_TEXT).collect())
}

/// What may be shown of the parameter or member `name`.
fn shown(name: &str, value: &str) -> Value {
    if let Some(token) = Token::decode(value) {
        return Value::Token(token);
    }
    if !is_public(name) {
        return redacted(value, is_random(name));
    }
    if is_url(name) || value.contains("://") && !value.contains(' ') { url(value) } else { text(value) }
}

/// A URL, absolute or not, with its parameters apart.
fn url(value: &str) -> Value {
    let (rest, fragment) = value.split_once('#').unwrap_or((value, ""));
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    // A user name in a URL is where a password may stand.
    if base.contains('@') {
        return redacted(base, false);
    }
    let Value::Text(base) = text(base) else { return text(base) };
    if query.is_empty() && fragment.is_empty() {
        return Value::Text(base);
    }
    Value::Url { base, query: query_fields(query), fragment: query_fields(fragment) }
}

/// The parameters of a query or a form.
pub(crate) fn query_fields(query: &str) -> Vec<Field> {
    let pairs = form_urlencoded::parse(query.as_bytes()).take(MOST_FIELDS);
    let known = |name: &str| is_public(name) || is_random(name) || name == "password";
    let field = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
        // A name without a value may be a value without a name.
        if value.is_empty() && !known(&name) {
            return Field::new("", redacted(&name, false));
        }
        Field::new(&name, shown(&name, &value))
    };
    pairs.map(field).collect()
}
