//! What of a message may be shown. Public values are listed; whatever is not is redacted, so that a parameter
//! that somebody adds tomorrow is hidden until it is known to be harmless.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, REFERER, SET_COOKIE};
use serde_json::Value as Json;
use url::{Url, form_urlencoded};

use super::{BROWSER_COOKIE, BROWSER_HEADER, Body, FROM_HEADER, Field, Token, Value};
use crate::secret::Digest;

/// Parameters and members whose values are public: they are seen by everybody on the way, or say nothing of use.
const PUBLIC: &str = " \
    response_type response_mode client_id scope scopes code_challenge code_challenge_method grant_type token_type \
    token_type_hint expires_in error error_description iss issuer prompt max_age display ui_locales acr_values \
    audience decision active sub aud exp iat nbf auth_time username provider page \
    access_denied detail title type status message msg loc input \
    id text words lines characters created_at updated_at item_id owner name given_name family_name \
    preferred_username full_name email email_verified disabled role roles \
    kty crv alg use kid x y n e resource resource_name ";

/// Ends of names that the metadata documents use for public values.
const PUBLIC_ENDS: [&str; 6] = ["_supported", "_endpoint", "_uri", "_documentation", "_servers", "_required"];

/// Header fields that say nothing secret.
const PUBLIC_HEADERS: &str = " \
    host user-agent accept accept-language accept-encoding content-type content-length origin sec-fetch-site \
    sec-fetch-mode sec-fetch-dest sec-fetch-user upgrade-insecure-requests cache-control pragma connection \
    access-control-request-method access-control-request-headers x-forwarded-for x-forwarded-proto \
    forwarded if-none-match \
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
const LONGEST_TEXT: usize = 2_000;

impl Field {
    fn new(name: impl Into<String>, value: Value) -> Field {
        Field { name: name.into(), value }
    }
}

fn is_in(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|listed| listed.eq_ignore_ascii_case(name))
}

pub(super) fn fingerprint(value: &str) -> String {
    Digest::of(value.as_bytes()).to_hex().chars().take(6).collect()
}

fn redacted(value: &str, random: bool) -> Value {
    // Shorter than 96 bits it may be guessed, whatever its name.
    let fingerprint = (random && value.len() >= 16).then(|| fingerprint(value));
    Value::Redacted { bytes: value.len(), fingerprint }
}

fn text(value: &str) -> Value {
    let mut text: String = value.chars().take(LONGEST_TEXT).collect();
    if text.len() < value.len() {
        text.push('…');
    }
    Value::Text(text)
}

/// What may be shown of the parameter or member `name`.
fn shown(name: &str, value: &str) -> Value {
    let public = is_in(PUBLIC, name) || PUBLIC_ENDS.iter().any(|end| name.ends_with(end));
    if let Some(token) = Token::decode(value) {
        return Value::Token(token);
    }
    if !public {
        return redacted(value, is_in(RANDOM, name));
    }
    match Url::parse(value) {
        Ok(url) if url.query().is_some() || url.fragment().is_some() => self::url(value),
        _ => text(value),
    }
}

/// A URL, absolute or not, with its parameters apart.
fn url(value: &str) -> Value {
    let (rest, fragment) = value.split_once('#').unwrap_or((value, ""));
    let (base, query) = rest.split_once('?').unwrap_or((rest, ""));
    // A user name in a URL is where a password may stand.
    let base = if base.contains('@') { redacted(base, false) } else { text(base) };
    let Value::Text(base) = base else { return base };
    Value::Url { base, query: query_fields(query), fragment: query_fields(fragment) }
}

/// The parameters of a query or a form.
pub(crate) fn query_fields(query: &str) -> Vec<Field> {
    let pairs = form_urlencoded::parse(query.as_bytes()).take(MOST_FIELDS);
    pairs.map(|(name, value)| Field::new(name.clone(), shown(&name, &value))).collect()
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
    let (scheme, credentials) = value.split_once(' ').unwrap_or(("", value));
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
    Some(Value::Pair { user: user.to_owned(), secret: Box::new(redacted(secret, true)) })
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
    let mut field = |value| fields.push(Field::new(path, value));
    match json {
        Json::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
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
        // A number, a truth value or an emptiness is too small to be a secret.
        small => field(text(&small.to_string())),
    }
}

fn title(page: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(page);
    let (_, rest) = page.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.trim().chars().take(200).collect())
}
