//! Parameters, headers and claims with what they mean.

use std::collections::HashMap;

use askama::Template;
use auth_core::wire::{Field, Token, Value};
use serde_json::Value as Json;

use super::diagram::Reference;
use super::glossary::{self, Context, Entry};
use super::secrets::{ACCESS_TOKEN, CLIENT_SECRET, tint, tint_of};
use super::step::leads_to;
use super::times;

/// What an explanation needs to know of the message and of all others.
pub(super) struct Reading<'a> {
    /// When the message began.
    pub(super) started_us: u64,
    /// The message's own place among `references`.
    pub(super) own: Option<usize>,
    pub(super) references: &'a [Reference],
    /// In which messages each fingerprint is found.
    pub(super) occurrences: &'a HashMap<&'a str, Vec<usize>>,
}

/// One name with its value, and those inside of it.
#[derive(Template, Default)]
#[template(path = "inspector/field.html")]
pub(super) struct DrawnField {
    pub(super) name: String,
    /// A value that may be shown.
    text: Option<String>,
    /// The value again, for people: a date, a length of time.
    note: Option<String>,
    /// What stands for a value that may not be shown.
    seal: Option<Seal>,
    meaning: Option<&'static Entry>,
    /// Nobody has checked who made it.
    claimed: bool,
    /// The claims of a token, the parameters of a URL, the cookies of a header.
    inside: Vec<(&'static str, Vec<DrawnField>)>,
    /// Where the same value is found.
    elsewhere: Vec<Reference>,
}

/// A redacted value.
struct Seal {
    what: &'static str,
    bytes: Option<usize>,
    fingerprint: Option<String>,
    tint: u8,
}

impl Reading<'_> {
    pub(super) fn all(&self, context: Option<Context>, fields: &[Field]) -> Vec<DrawnField> {
        fields.iter().map(|field| self.one(context, field)).collect()
    }

    pub(super) fn one(&self, context: Option<Context>, field: &Field) -> DrawnField {
        let meaning = context.and_then(|context| glossary::explain(context, &field.name));
        let name = if field.name.is_empty() { "(nothing)" } else { &field.name };
        let claimed = context == Some(Context::ClaimedResponse);
        let mut drawn = DrawnField { name: name.to_owned(), meaning, claimed, ..DrawnField::default() };
        self.value(&mut drawn, context, &field.value);
        drawn
    }

    fn value(&self, drawn: &mut DrawnField, context: Option<Context>, value: &Value) {
        match value {
            Value::Text(text) => {
                drawn.note = self.note(&drawn.name, text);
                drawn.text = Some(text.clone());
            }
            Value::Redacted { bytes, fingerprint } => {
                drawn.elsewhere = self.elsewhere(fingerprint.as_deref());
                drawn.seal = Some(Seal {
                    what: "hidden",
                    bytes: Some(*bytes),
                    tint: tint_of(&drawn.name),
                    fingerprint: fingerprint.clone(),
                });
            }
            Value::Credentials { scheme, value } => {
                drawn.text = Some(scheme.clone());
                self.value(drawn, context, value);
                let kind = if matches!(**value, Value::Pair { .. }) { CLIENT_SECRET } else { ACCESS_TOKEN };
                if let Some(seal) = &mut drawn.seal {
                    seal.tint = tint(kind);
                }
            }
            Value::Pair { user, secret } => {
                drawn.note = Some(format!("of the client {user}"));
                self.value(drawn, context, secret);
            }
            Value::Token(token) => self.token(drawn, token),
            Value::Url { base, query, fragment } => {
                drawn.text = Some(base.clone());
                let context = leads_to(base);
                drawn.note = match context {
                    Some(Context::AuthorizationRequest) => Some("with the authorization request".to_owned()),
                    Some(Context::AuthorizationResponse) => {
                        Some("with the authorization response".to_owned())
                    }
                    _ => None,
                };
                self.inside(drawn, "Its query", context, query);
                self.inside(drawn, "Its fragment", context, fragment);
            }
            Value::Cookies(cookies) => self.inside(drawn, "", context.map(cookie_context), cookies),
        }
    }

    fn inside(
        &self,
        drawn: &mut DrawnField,
        title: &'static str,
        context: Option<Context>,
        fields: &[Field],
    ) {
        if !fields.is_empty() {
            drawn.inside.push((title, self.all(context, fields)));
        }
    }

    fn token(&self, drawn: &mut DrawnField, token: &Token) {
        drawn.elsewhere = self.elsewhere(Some(&token.fingerprint));
        drawn.seal = Some(Seal {
            what: "a signed token; its signature is left out",
            bytes: None,
            tint: tint_of(&drawn.name),
            fingerprint: Some(token.fingerprint.clone()),
        });
        // RFC 9068 §2.1: the type tells an access token from an ID token.
        let is_access_token = token.header.get("typ").and_then(Json::as_str).is_some_and(|typ| {
            typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt")
        });
        let claims = if is_access_token { Context::AccessToken } else { Context::IdToken };
        drawn.inside.push(("Header", self.members(Context::JoseHeader, &token.header)));
        drawn.inside.push(("Claims", self.members(claims, &token.claims)));
    }

    fn members(&self, context: Context, json: &Json) -> Vec<DrawnField> {
        let members = json.as_object().into_iter().flatten();
        let members = members.map(|(name, value)| {
            let text = match value {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            DrawnField {
                note: self.note(name, &text),
                name: name.clone(),
                text: Some(text),
                meaning: glossary::explain(context, name),
                ..DrawnField::default()
            }
        });
        members.collect()
    }

    /// A number of seconds as a date, or as a length of time.
    fn note(&self, name: &str, text: &str) -> Option<String> {
        match name {
            "exp" | "iat" | "nbf" | "auth_time" | "updated_at" => {
                let seconds = text.parse().ok()?;
                let date = times::date(seconds)?;
                Some(format!("{date} ({})", times::relative(seconds, self.started_us)))
            }
            "expires_in" | "max_age" => text.parse().ok().map(times::span),
            _ => None,
        }
    }

    /// The other messages with this value.
    fn elsewhere(&self, fingerprint: Option<&str>) -> Vec<Reference> {
        let found = fingerprint.and_then(|fingerprint| self.occurrences.get(fingerprint));
        let others = found.into_iter().flatten().filter(|index| Some(**index) != self.own);
        let walk = self.own.and_then(|own| self.references.get(own)).map(|own| own.walk);
        let mut others: Vec<_> = others.filter_map(|index| self.references.get(*index)).collect();
        // A session's cookie comes with everything: the nearest ones say enough.
        others.retain(|other| walk.is_none_or(|walk| other.walk == walk));
        others.into_iter().cloned().collect()
    }
}

fn cookie_context(header: Context) -> Context {
    match header {
        Context::ResponseHeader => Context::SetCookie,
        _ => Context::RequestCookie,
    }
}

/// The place of a header field that has to do with OAuth or the browser's session; the others are folded.
pub(super) fn place(name: &str) -> Option<usize> {
    const CENTRAL: [&str; 5] = ["location", "www-authenticate", "authorization", "set-cookie", "cookie"];
    CENTRAL.iter().position(|known| known.eq_ignore_ascii_case(name))
}
