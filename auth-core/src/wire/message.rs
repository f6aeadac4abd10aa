use serde::{Deserialize, Serialize};

/// One request to a party, and its answer. Nothing in it is a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Random; names the message in the inspector.
    pub id: String,
    /// When the request arrived: microseconds since 1970, UTC.
    pub started_us: u64,
    /// Until the answer was ready, in microseconds.
    pub took_us: u64,
    /// The browser whose click it belongs to; none for what a machine does by itself.
    pub browser: Option<String>,
    /// `browser`, the name of a party, or `program` for anything else, such as curl.
    pub from: String,
    /// The party that answered.
    pub to: String,
    /// The method of the request.
    pub method: String,
    /// The path of the request, without its query.
    pub path: String,
    /// The parameters of the query.
    pub query: Vec<Field>,
    /// The header fields of the request.
    pub request_headers: Vec<Field>,
    /// The body of the request.
    pub request_body: Body,
    /// The status of the answer.
    pub status: u16,
    /// The header fields of the answer.
    pub response_headers: Vec<Field>,
    /// The body of the answer.
    pub response_body: Body,
    /// The functions that handled it, outermost first.
    pub handlers: Vec<Handler>,
}

/// A function that had its part in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// Its path: `authorization_server::web::token::post`.
    pub function: String,
    /// The file, from the workspace's root.
    pub file: String,
    /// The line on which it begins.
    pub line: u32,
}

/// A parameter, a header field or a member of a JSON object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name, as it was sent.
    pub name: String,
    /// What may be shown of its value.
    pub value: Value,
}

/// What may be shown of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Public, and shown as it is.
    Text(String),
    /// A secret, or something that nobody has said to be public.
    Redacted {
        /// Its length.
        bytes: usize,
        /// Six hexadecimal digits for a long random value: equal values have equal ones. None for what could be
        /// guessed, such as a password.
        fingerprint: Option<String>,
    },
    /// An `Authorization` header.
    Credentials {
        /// `Bearer`, `Basic`.
        scheme: String,
        /// What follows it.
        value: Box<Value>,
    },
    /// The user and the secret of `Basic`.
    Pair {
        /// Before the colon: a client identifier, which is public.
        user: String,
        /// After it.
        secret: Box<Value>,
    },
    /// A JWT, decoded.
    Token(Token),
    /// A URL whose parameters are values of their own.
    Url {
        /// Up to the query.
        base: String,
        /// The parameters of the query.
        query: Vec<Field>,
        /// The parameters of the fragment.
        fragment: Vec<Field>,
    },
    /// The cookies of a request; or, of an answer, one cookie and then its attributes.
    Cookies(Vec<Field>),
}

/// A JWT that was not verified, without the signature that would make it good for anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// The JOSE header.
    pub header: serde_json::Value,
    /// The claims.
    pub claims: serde_json::Value,
    /// As in [`Value::Redacted`].
    pub fingerprint: String,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// None.
    Empty,
    /// `application/x-www-form-urlencoded`.
    Form(Vec<Field>),
    /// JSON; the names of inner members are dotted: `keys[0].kid`.
    Json(Vec<Field>),
    /// An HTML page.
    Page {
        /// Its title.
        title: Option<String>,
        /// Its length.
        bytes: usize,
    },
    /// Anything else.
    Other {
        /// What it says to be.
        content_type: String,
        /// Its length, if it is known.
        bytes: Option<usize>,
    },
}
