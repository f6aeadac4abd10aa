//! The API that keeps the notes, called with the user's access token.

use auth_core::http_client::{HttpClient, HttpError, HttpResponse};
use auth_core::secret::BearerToken;
use auth_core::settings::HttpUrl;
use http::StatusCode;
use serde::Deserialize;

/// The API, as this app knows it.
pub(crate) struct NotesApi {
    http: HttpClient,
    url: HttpUrl,
}

/// What can be asked of it.
pub(crate) enum Operation<'a> {
    List,
    Add { text: &'a str },
    Delete { id: &'a str },
}

/// A note of the user.
#[derive(Debug, Deserialize)]
pub(crate) struct Note {
    pub(crate) id: String,
    pub(crate) text: String,
    /// What the worker has made of it, once it has.
    #[serde(default)]
    pub(crate) report: Option<Report>,
}

/// The worker's report of a note.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    pub(crate) words: u64,
    pub(crate) lines: u64,
    pub(crate) characters: u64,
}

/// Why the API did not do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// RFC 6750 §3.1 `invalid_token`: revoked, perhaps, for its time is not over.
    #[error("the API does not accept the token")]
    TokenRejected,
    /// RFC 6750 §3.1 `insufficient_scope`.
    #[error("the token does not allow it")]
    NotAllowed,
    #[error("there is no such note")]
    NotFound,
    /// The text, or one note more, is not accepted.
    #[error("the API refused the note")]
    Refused,
    #[error("the API answered {0}")]
    Status(StatusCode),
    #[error(transparent)]
    Http(#[from] HttpError),
}

impl ApiError {
    /// The status of our own page when the API is at fault.
    pub(crate) fn gateway_status(&self) -> StatusCode {
        match self {
            Self::Http(HttpError::Network(error)) if error.is_timeout() => StatusCode::GATEWAY_TIMEOUT,
            Self::Status(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::BAD_GATEWAY,
        }
    }
}

impl NotesApi {
    pub(crate) fn new(http: HttpClient, url: HttpUrl) -> Self {
        Self { http, url }
    }

    /// Calls the API once; only [`Operation::List`] has notes in its answer.
    pub(crate) async fn call(
        &self,
        token: &BearerToken,
        operation: &Operation<'_>,
    ) -> Result<Vec<Note>, ApiError> {
        let client = self.http.reqwest();
        let request = match operation {
            Operation::List => client.get(self.url.join("/notes")),
            Operation::Add { text } => {
                client.post(self.url.join("/notes")).json(&serde_json::json!({ "text": text }))
            }
            Operation::Delete { id } => client.delete(self.url.join(&format!("/notes/{id}"))),
        };
        // ANCHOR: bearer
        // RFC 6750 §2.1; reqwest marks the header as sensitive.
        let answer = self.http.send(request.bearer_auth(token.secret())).await?;
        checked(&answer)?;
        // ANCHOR_END: bearer
        match operation {
            Operation::List => Ok(answer.json()?),
            Operation::Add { .. } | Operation::Delete { .. } => Ok(Vec::new()),
        }
    }
}

fn checked(answer: &HttpResponse) -> Result<(), ApiError> {
    match answer.status {
        status if status.is_success() => Ok(()),
        StatusCode::UNAUTHORIZED => Err(ApiError::TokenRejected),
        StatusCode::FORBIDDEN => Err(ApiError::NotAllowed),
        StatusCode::NOT_FOUND => Err(ApiError::NotFound),
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => {
            Err(ApiError::Refused)
        }
        status => Err(ApiError::Status(status)),
    }
}
