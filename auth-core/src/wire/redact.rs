//! What of a message may be shown. Public values are listed; whatever is not is redacted, so that a parameter
//! that somebody adds tomorrow is hidden until it is known to be harmless. Names are the sender's too: a body that
//! came without its media type is one long name.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, REFERER, SET_COOKIE};
use serde_json::Value as Json;
use url::form_urlencoded;

use super::{BROWSER_COOKIE, BROWSER_HEADER, Body, FROM_HEADER, Field, Token, Value};
use crate::secret::Digest;

/// Parameters and members whose values are public: they are seen by everybody on the way, or say nothing of use.
const PUBLIC: &str = " \
    response_type response_mode client_id scope scopes code_challenge code_challenge_method grant_type token_type \
    token_type_hint expires_in error error_description iss issuer prompt max_age display ui_locales acr_values \
    audience decision active sub aud exp iat nbf auth_time username provider page \
    access_denied detail title type status message msg loc \
    id text words lines characters created_at updated_at item_id owner name given_name family_name \
    preferred_username full_name email email_verified disabled role roles \
    kty crv alg use kid x y n e resource resource_name ";

/// Claims that are public besides: names of things, and digests.
const CLAIMS: &str = " jti sid auth_id at_hash c_hash azp amr acr typ cty ";

/// Public names whose values are URLs, which have parameters of their own.
const URLS: &str = " iss issuer aud audience resource ";

/// What may stand in front of credentials; anything else may be the credentials.
const SCHEMES: &str = " basic bearer dpop digest ";

/// Ends of names that the metadata documents use for public values.
const PUBLIC_ENDS: [&str; 6] = ["_supported", "_endpoint", "_uri", "_documentation", "_servers", "_required"];

/// Header fields that say nothing secret.
const PUBLIC_HEADERS: &str = " \
    host user-agent accept accept-language accept-encoding content-type content-length origin sec-fetch-site \
    sec-fetch-mode sec-fetch-dest sec-fetch-user upgrade-insecure-requests cache-control pragma connection \
    access-control-request-method access-control-request-headers if-none-match \
    www-authenticate retry-after allow vary etag expires date strict-transport-security content-security-policy \
    x-content-type-options x-frame-options referrer-policy cross-origin-opener-policy \
    cross-origin-resource-policy permissions-policy access-control-allow-origin access-control-allow-methods \
    access-control-allow-headers access-control-expose-headers access-control-max-age link ";

/// Long random values: their fingerprint lets a reader see that a value comes back, and nobody can guess the
/// value from it. (A password has none.)
const RANDOM: &str = " code refresh_token access_token id_token token state nonce code_verifier client_secret \
    csrf_token request sid jti ";

/// No body of ours has more members than a reader could want to see.
const MOST_FIELDS: usize = 100;
const LONGEST_TEXT: usize = 1_000;

impl Field {
    fn new(name: &str, value: Value) -> Field {
        if is_a_name(name) {
            return Field { name: name.to_owned(), value };
        }
        let value = if name.is_empty() { value } else { redacted(name, false) };
        Field { name: "(unnamed)".to_owned(), value }
    }
}

/// Whether it looks like a name that somebody gave, and not like a value in its place: long random ones have
/// capitals or many digits.
fn is_a_name(name: &str) -> bool {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:[]".contains(&byte));
    let capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    (1..=64).contains(&name.len()) && letters && digits <= 8 && (!capitals || name.len() <= 20)
}

fn is_public(name: &str) -> bool {
    is_in(PUBLIC, name) || PUBLIC_ENDS.iter().any(|end| name.ends_with(end))
}

fn is_in(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|listed| listed.eq_ignore_ascii_case(name))
}

pub(super) fn fingerprint(value: &str) -> String {
    Digest::of(value.as_bytes()).to_hex().chars().take(6).collect()
}

fn redacted(value: &str, random: bool) -> Value {
    // Shorter than 128 bits, or of other characters, it may be guessed, whatever its name.
    let random = random
        && value.len() >= 22
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
    Value::Redacted { bytes: value.len(), fingerprint: random.then(|| fingerprint(value)) }
}

fn text(value: &str) -> Value {
    Value::Text(shortened(value))
}

fn shortened(value: &str) -> String {
    let mut text: String = value.chars().take(LONGEST_TEXT).collect();
    if text.len() < value.len() {
        text.push('…');
    }
    text
}

/// A path, without what some servers take for parameters in it.
pub(crate) fn path(path: &str) -> String {
    let lower = path.to_ascii_lowercase();
    let end = [";", "%3b", "%3f", "%23"].iter().filter_map(|mark| lower.find(mark)).min();
    match end.and_then(|end| path.get(..end)) {
        Some(before) => format!("{}…", shortened(before)),
        None => shortened(path),
    }
}

/// What may be shown of the parameter or member `name`.
fn shown(name: &str, value: &str) -> Value {
    if let Some(token) = Token::decode(value) {
        return Value::Token(token);
    }
    if !is_public(name) {
        return redacted(value, is_in(RANDOM, name));
    }
    let named_so = is_in(URLS, name) || name.ends_with("_uri") || name.ends_with("_endpoint");
    if named_so || value.contains("://") && !value.contains(' ') { url(value) } else { text(value) }
}

/// What may be shown of a claim, or of a member of a JOSE header.
pub(super) fn claim(name: &str, value: &Json) -> Json {
    let hidden = |value: &str, random| match redacted(value, random) {
        Value::Redacted { fingerprint: Some(fingerprint), .. } => format!("hidden, {fingerprint}").into(),
        _ => format!("hidden, {} bytes", value.len()).into(),
    };
    match value {
        Json::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), claim(name, value))).collect()
        }
        Json::Array(items) => items.iter().map(|item| claim(name, item)).collect(),
        Json::String(text) if Token::decode(text).is_some() => hidden(text, true),
        Json::String(_) | Json::Number(_) if is_public(name) || is_in(CLAIMS, name) => value.clone(),
        Json::String(text) => hidden(text, is_in(RANDOM, name)),
        Json::Number(number) => hidden(&number.to_string(), false),
        Json::Null | Json::Bool(_) => value.clone(),
    }
}

/// A URL, absolute or not, with its parameters apart.
fn url(value: &str) -> Value {
    let (rest, fragment) = value.split_once('#').unwrap_or((value, ""));
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    // A user name in a URL is where a password may stand.
    let base = if base.contains('@') { redacted(base, false) } else { text(base) };
    let Value::Text(base) = base else { return base };
    if query.is_empty() && fragment.is_empty() {
        return Value::Text(base);
    }
    Value::Url { base, query: query_fields(query), fragment: query_fields(fragment) }
}

/// The parameters of a query or a form.
pub(crate) fn query_fields(query: &str) -> Vec<Field> {
    let pairs = form_urlencoded::parse(query.as_bytes()).take(MOST_FIELDS);
    let known = |name: &str| is_public(name) || is_in(RANDOM, name) || name == "password";
    let field = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
        // A name without a value may be a value without a name.
        if value.is_empty() && !known(&name) {
            return Field::new("", redacted(&name, false));
        }
        Field::new(&name, shown(&name, &value))
    };
    pairs.map(field).collect()
}

/// Header fields, but for those that are the recorder's own.
pub(crate) fn header_fields(headers: &HeaderMap) -> Vec<Field> {
    let own = |name: &str| name == FROM_HEADER || name == BROWSER_HEADER;
    let fields = headers.iter().filter(|(name, _)| !own(name.as_str())).filter_map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let shown = match name {
            &AUTHORIZATION => authorization(&value),
            &COOKIE => cookies(&value)?,
            &SET_COOKIE => set_cookie(&value)?,
            &LOCATION | &REFERER => url(&value),
            name if is_in(PUBLIC_HEADERS, name.as_str()) => text(&value),
            _ => redacted(&value, false),
        };
        Some(Field::new(name.as_str(), shown))
    });
    fields.take(MOST_FIELDS).collect()
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
    let is_a_key = secret.is_empty() || user.len() > 100 || Token::decode(user).is_some();
    (!is_a_key).then(|| Value::Pair { user: user.to_owned(), secret: Box::new(redacted(secret, true)) })
}

fn cookies(value: &str) -> Option<Value> {
    let pairs = value.split(';').filter_map(|pair| pair.trim().split_once('='));
    let pairs = pairs.filter(|(name, _)| *name != BROWSER_COOKIE);
    let cookies: Vec<_> = pairs.map(|(name, value)| Field::new(name, redacted(value, true))).collect();
    (!cookies.is_empty()).then_some(Value::Cookies(cookies))
}

fn set_cookie(value: &str) -> Option<Value> {
    let mut parts = value.split(';');
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

/// What may be shown of a body. `None` stands for one that was not read.
pub(crate) fn body(headers: &HeaderMap, bytes: Option<&[u8]>) -> Body {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let Some(bytes) = bytes else {
        return Body::Other { content_type: content_type.to_owned(), bytes: None };
    };
    if bytes.is_empty() {
        return Body::Empty;
    }
    match media_type {
        "application/x-www-form-urlencoded" => {
            if let Ok(form) = std::str::from_utf8(bytes) {
                return Body::Form(query_fields(form));
            }
        }
        "text/html" => return Body::Page { title: title(bytes), bytes: bytes.len() },
        json if json == "application/json" || json.ends_with("+json") => {
            if let Ok(json) = serde_json::from_slice::<Json>(bytes) {
                let mut fields = Vec::new();
                flatten("", "", &json, &mut fields);
                return Body::Json(fields);
            }
        }
        _ => {}
    }
    Body::Other { content_type: content_type.to_owned(), bytes: Some(bytes.len()) }
}

/// Members one below the other, each with its path: `keys[0].kid`. `name` is that of the nearest object's member,
/// which says whether a value is public.
fn flatten(path: &str, name: &str, json: &Json, fields: &mut Vec<Field>) {
    if fields.len() >= MOST_FIELDS {
        return;
    }
    let mut field = |value| fields.push(Field { name: shortened(path), value });
    match json {
        Json::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                // A name of a kilobyte would stand in the path of each of its members.
                let inner = if is_a_name(name) { name } else { "(unnamed)" };
                let path = if path.is_empty() { inner.to_owned() } else { format!("{path}.{inner}") };
                flatten(&path, name, value, fields);
            }
        }
        Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&format!("{path}[{index}]"), name, item, fields);
            }
        }
        Json::Array(items) => {
            let all: Vec<_> = items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect();
            field(shown(name, &all.join(", ")));
        }
        Json::String(value) => field(shown(name, value)),
        // A number may be a one-time code.
        Json::Number(number) => field(shown(name, &number.to_string())),
        small => field(text(&small.to_string())),
    }
}

fn title(page: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(page);
    let (_, rest) = page.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.trim().chars().take(200).collect())
}
