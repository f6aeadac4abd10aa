//! How long a message may be. One that nobody can take in is replaced by a stub that says so: the inspector would
//! refuse it, and with it whatever is reported together with it.

use super::{Body, Field, Message, Value};

/// In bytes of JSON. The inspector takes two of them and more in one report.
pub(super) const LARGEST: usize = 256 * 1024;

const TOO_LARGE: &str = "too large to show";

impl Message {
    /// The message, or as much of it as may be sent.
    pub(super) fn small_enough(mut self) -> Message {
        if json(&self).len() <= LARGEST {
            return self;
        }
        for body in [&mut self.request_body, &mut self.response_body] {
            if *body != Body::Empty {
                let bytes = Some(json(&*body).len());
                *body = Body::Other { content_type: TOO_LARGE.to_owned(), bytes };
            }
        }
        if json(&self).len() > LARGEST {
            for fields in [&mut self.query, &mut self.request_headers, &mut self.response_headers] {
                let value = Value::Redacted { bytes: json(&*fields).len(), fingerprint: None };
                *fields = vec![Field { name: format!("({TOO_LARGE})"), value }];
            }
        }
        self
    }
}

/// What can't be written as JSON can't be reported: then it is empty.
pub(super) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
