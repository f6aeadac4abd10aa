//! Bodies.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value as Json;

use super::super::names::is_a_name;
use super::super::{Body, Field};
use super::{MOST_FIELDS, query_fields, shown, text};

/// A path of more is of no use to anybody.
const LONGEST_PATH: usize = 300;

/// What may be shown of a body.
pub(crate) fn body(headers: &HeaderMap, bytes: &[u8]) -> Body {
    if bytes.is_empty() {
        return Body::Empty;
    }
    let content_type = content_type(headers);
    match content_type.split(';').next().unwrap_or_default() {
        "application/x-www-form-urlencoded" => {
            if let Ok(form) = std::str::from_utf8(bytes) {
                return Body::Form(query_fields(form));
            }
        }
        "text/html" => return Body::Page { title: title(bytes), bytes: bytes.len() },
        json if json == "application/json" || json.ends_with("+json") => {
            if let Ok(json) = serde_json::from_slice::<Json>(bytes) {
                let mut members = Members(Vec::new());
                members.add("", "", &json);
                return Body::Json(members.0);
            }
        }
        _ => {}
    }
    Body::Other { content_type, bytes: Some(bytes.len()) }
}

/// One that nobody has read, with its length if it was announced.
pub(crate) fn unread(headers: &HeaderMap, bytes: Option<usize>) -> Body {
    Body::Other { content_type: content_type(headers), bytes }
}

fn content_type(headers: &HeaderMap) -> String {
    media_type(headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default())
}

/// A media type without its parameters, but for the charset: a sender may write there what they like.
pub(super) fn media_type(value: &str) -> String {
    let mut parts = value.split(';').map(str::trim);
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-".contains(&byte));
    let media_type = parts.next().filter(|text| text.len() <= 64 && plain(text)).unwrap_or("(no media type)");
    let is_utf8 = parts.any(|parameter| parameter.eq_ignore_ascii_case("charset=utf-8"));
    media_type.to_owned() + if is_utf8 { "; charset=utf-8" } else { "" }
}

/// Members one below the other, each with its path: `keys[0].kid`.
struct Members(Vec<Field>);

impl Members {
    /// `name` is that of the nearest object's member, which says whether a value is public.
    fn add(&mut self, path: &str, name: &str, json: &Json) {
        if self.are_enough() {
            return;
        }
        let value = match json {
            Json::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    if self.are_enough() {
                        return;
                    }
                    // A name of a kilobyte would stand in the path of each of its members.
                    let inner = if is_a_name(name) { name } else { "(unnamed)" };
                    let path = if path.is_empty() { inner.to_owned() } else { format!("{path}.{inner}") };
                    self.add(&path, name, value);
                }
                return;
            }
            Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
                for (index, item) in items.iter().enumerate() {
                    if self.are_enough() {
                        return;
                    }
                    self.add(&format!("{path}[{index}]"), name, item);
                }
                return;
            }
            Json::Array(items) => {
                let item = |item: &Json| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
                shown(name, &items.iter().map(item).collect::<Vec<_>>().join(", "))
            }
            Json::String(value) => shown(name, value),
            // A number may be a one-time code.
            Json::Number(number) => shown(name, &number.to_string()),
            small => text(&small.to_string()),
        };
        self.0.push(Field { name: path.chars().take(LONGEST_PATH).collect(), value });
    }

    fn are_enough(&self) -> bool {
        self.0.len() >= MOST_FIELDS
    }
}

fn title(page: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(page);
    let (_, rest) = page.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.trim().chars().take(200).collect())
}
