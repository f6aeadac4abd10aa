//! Reading a JSON body field by field, so that an answer names every field that is wrong, in the
//! shape that FastAPI's clients know: `{"detail": [{"loc": ["body", "username"], …}]}`.
//!
//! ```text
//! let username = fields.required("username", |text| text.parse());
//! let email = fields.nullable("email", |text| text.parse());
//! let username = fields.finish(username)?;   // 422 if anything above was wrong
//! ```

use axum::{
    extract::{FromRequest, Request},
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::error::ApiError;

/// The fields of a JSON object that have not been read yet, and what was wrong with the others.
pub(crate) struct Fields {
    unread: Map<String, Value>,
    errors: Vec<FieldError>,
}

/// One thing that is wrong with a body.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Which rule was broken, for programs.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Where: `body` and the field.
    loc: Vec<String>,
    /// What is wrong, for people.
    msg: String,
}

impl FieldError {
    fn new(kind: &'static str, field: Option<&str>, msg: impl Into<String>) -> Self {
        let loc = std::iter::once("body").chain(field).map(str::to_owned).collect();
        Self { kind, loc, msg: msg.into() }
    }
}

impl Fields {
    /// A field that must be there, as text that `parse` accepts.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if !self.unread.contains_key(name) {
            return self.wrong("missing", name, "Field required");
        }
        self.optional(name, parse)
    }

    /// A field that may be left out; if it is there, as text that `parse` accepts.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match self.nullable(name, parse)? {
            Some(value) => Some(value),
            None => self.wrong("string_type", name, "Input should be a valid string"),
        }
    }

    /// A field that may be left out, or be `null` (`Some(None)`), or text that `parse` accepts.
    pub(crate) fn nullable<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match self.unread.remove(name)? {
            Value::Null => Some(None),
            Value::String(text) => match parse(&text) {
                Ok(value) => Some(Some(value)),
                Err(problem) => self.wrong("value_error", name, problem),
            },
            _ => self.wrong("string_type", name, "Input should be a valid string"),
        }
    }

    /// A field that may be there, as `true` or `false`.
    pub(crate) fn optional_bool(&mut self, name: &'static str) -> Option<bool> {
        match self.unread.remove(name)? {
            Value::Bool(value) => Some(value),
            _ => self.wrong("bool_type", name, "Input should be a valid boolean"),
        }
    }

    /// What was read, if nothing was wrong and no field is left over: a misspelt field must not
    /// be taken for an absent one.
    pub(crate) fn finish<T>(mut self, read: Option<T>) -> Result<T, ApiError> {
        for name in self.unread.keys() {
            // Of a name that nobody expected, no more is said back than is useful.
            let name: String = name.chars().take(64).collect();
            let error = FieldError::new("extra_forbidden", Some(&name), "Extra inputs are not permitted");
            self.errors.push(error);
        }
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(ApiError::Fields(self.errors)),
        }
    }

    fn wrong<T>(&mut self, kind: &'static str, name: &str, msg: impl Into<String>) -> Option<T> {
        self.errors.push(FieldError::new(kind, Some(name), msg));
        None
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        // A cross-site form cannot send this type, so no other site's page can post here.
        if !is_json(&request) {
            return Err(ApiError::refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "invalid_request",
                "the body must be JSON, sent with `Content-Type: application/json`",
            ));
        }
        let body = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|rejection| ApiError::body(&rejection))?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(unread)) => Ok(Self { unread, errors: Vec::new() }),
            Ok(_) => Err(ApiError::Fields(vec![FieldError::new(
                "model_attributes_type",
                None,
                "Input should be a valid dictionary or object",
            )])),
            Err(problem) => Err(ApiError::Fields(vec![FieldError::new(
                "json_invalid",
                None,
                format!("JSON decode error: {problem}"),
            )])),
        }
    }
}

fn is_json(request: &Request) -> bool {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
