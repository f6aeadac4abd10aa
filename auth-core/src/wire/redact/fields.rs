//! Header fields.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, REFERER, SET_COOKIE};
use http::{HeaderMap, HeaderName};

use super::super::names::{is_in, is_public_field};
use super::super::random::{looks_random, redacted};
use super::super::{BROWSER_COOKIE, BROWSER_HEADER, FROM_HEADER, Field, Token, Value};
use super::body::media_type;
use super::{MOST_FIELDS, text, url};

/// What may stand in front of credentials; anything else may be the credentials.
const SCHEMES: &str = " basic bearer dpop digest ";
/// What stands beside a token that is sent in the user's place.
const NO_SECRETS: &str = " x x-oauth-basic x-token-auth ";

/// The header fields of a request, but for those that are the recorder's own.
pub(crate) fn request_fields(headers: &HeaderMap) -> Vec<Field> {
    fields(headers, |name, value| match name {
        &AUTHORIZATION => Some(authorization(value)),
        &COOKIE => cookies(value),
        &REFERER => Some(url(value)),
        name => Some(other(name, value, true)),
    })
}

/// The header fields of an answer.
pub(crate) fn answer_fields(headers: &HeaderMap) -> Vec<Field> {
    fields(headers, |name, value| match name {
        &SET_COOKIE => set_cookie(value),
        &LOCATION => Some(url(value)),
        name => Some(other(name, value, false)),
    })
}

fn fields(headers: &HeaderMap, shown: impl Fn(&HeaderName, &str) -> Option<Value>) -> Vec<Field> {
    let own = |name: &str| name == FROM_HEADER || name == BROWSER_HEADER;
    let fields = headers.iter().filter(|(name, _)| !own(name.as_str())).filter_map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let shown = shown(name, &value)?;
        if is_a_field_name(name.as_str()) {
            return Some(Field::new(name.as_str(), shown));
        }
        Some(Field::new("", redacted(name.as_str(), false)))
    });
    fields.take(MOST_FIELDS).collect()
}

/// Field names have no capitals left that would tell words from random characters.
fn is_a_field_name(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    digits <= 2 && name.split(['-', '_']).all(|word| word.len() <= 16)
}

fn other(name: &HeaderName, value: &str, of_request: bool) -> Value {
    match name {
        &CONTENT_TYPE => Value::Text(media_type(value)),
        name if is_public_field(name.as_str(), of_request) => text(value),
        _ => redacted(value, false),
    }
}

fn authorization(value: &str) -> Value {
    let Some((scheme, credentials)) = value.split_once(' ').filter(|(scheme, _)| is_in(SCHEMES, scheme))
    else {
        return redacted(value, false);
    };
    let shown = if scheme.eq_ignore_ascii_case("basic") {
        basic(credentials).unwrap_or_else(|| redacted(credentials, false))
    } else {
        Token::decode(credentials).map_or_else(|| redacted(credentials, true), Value::Token)
    };
    Value::Credentials { scheme: scheme.to_owned(), value: Box::new(shown) }
}

/// RFC 7617 §2. The user is a client identifier, which RFC 6749 §2.2 says is not a secret.
fn basic(credentials: &str) -> Option<Value> {
    let pair = STANDARD.decode(credentials).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (user, secret) = pair.split_once(':')?;
    // An API key or a token often stands in the user's place, with nothing beside it.
    let is_a_key = secret.is_empty() || is_in(NO_SECRETS, secret) || user.len() > 100 || looks_random(user);
    (!is_a_key).then(|| Value::Pair { user: user.to_owned(), secret: Box::new(redacted(secret, true)) })
}

fn cookies(value: &str) -> Option<Value> {
    let pairs = value.split(';').filter_map(|pair| pair.trim().split_once('='));
    let pairs = pairs.filter(|(name, _)| *name != BROWSER_COOKIE).take(MOST_FIELDS);
    let cookies: Vec<_> = pairs.map(|(name, value)| Field::new(name, redacted(value, true))).collect();
    (!cookies.is_empty()).then_some(Value::Cookies(cookies))
}

fn set_cookie(value: &str) -> Option<Value> {
    let mut parts = value.split(';').take(MOST_FIELDS);
    let (name, value) = parts.next()?.split_once('=')?;
    if name == BROWSER_COOKIE {
        return None;
    }
    let attributes = parts.map(|attribute| {
        let (name, value) = attribute.trim().split_once('=').unwrap_or((attribute.trim(), ""));
        Field::new(name, text(value))
    });
    Some(Value::Cookies(std::iter::once(Field::new(name, redacted(value, true))).chain(attributes).collect()))
}
