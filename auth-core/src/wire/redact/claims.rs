//! Claims, and members of a JOSE header.

use serde_json::Value as Json;

use super::super::names::{is_a_name, is_public_claim, is_random};
use super::super::random::{fingerprint, redacted};
use super::super::{Token, Value};
use super::MOST_FIELDS;

/// No token of ours has an object in an object in an object.
const DEEPEST: usize = 8;

/// What may be shown of the claims, or of the header, of a token.
pub(in crate::wire) fn claims(claims: &Json) -> Json {
    Claims { left: MOST_FIELDS }.shown("", claims, DEEPEST)
}

struct Claims {
    left: usize,
}

impl Claims {
    fn shown(&mut self, name: &str, value: &Json, deeper: usize) -> Json {
        match value {
            Json::Object(_) | Json::Array(_) if deeper == 0 => "…".into(),
            Json::Object(members) => {
                let mut shown = serde_json::Map::new();
                for (name, value) in members {
                    if !self.one_more() {
                        break;
                    }
                    let value = self.shown(name, value, deeper - 1);
                    let name = if is_a_name(name) { name } else { "(unnamed)" };
                    shown.insert(name.to_owned(), value);
                }
                shown.into()
            }
            Json::Array(items) => {
                let mut shown = Vec::new();
                for item in items {
                    if !self.one_more() {
                        break;
                    }
                    shown.push(self.shown(name, item, deeper - 1));
                }
                shown.into()
            }
            Json::String(text) if Token::decode(text).is_some() => {
                format!("hidden, {}", fingerprint(text)).into()
            }
            Json::String(_) | Json::Number(_) if is_public_claim(name) => value.clone(),
            Json::String(text) => hidden(text, is_random(name)),
            Json::Number(number) => hidden(&number.to_string(), false),
            Json::Null | Json::Bool(_) => value.clone(),
        }
    }

    fn one_more(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
}

fn hidden(value: &str, random: bool) -> Json {
    match redacted(value, random) {
        Value::Redacted { fingerprint: Some(fingerprint), .. } => format!("hidden, {fingerprint}").into(),
        _ => format!("hidden, {} bytes", value.len()).into(),
    }
}
