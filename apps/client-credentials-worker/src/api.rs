//! The API that the work comes from, called with the worker's own access tokens.

use std::time::Duration;

use auth_core::clock::Clock;
use auth_core::http_client::{HttpClient, HttpError, HttpResponse};
use auth_core::settings::HttpUrl;
use auth_core::token_source::{TokenSource, TokenSourceError, retry_after};
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use url::Url;

use crate::report::Report;

/// The reports of the resource API.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) http: HttpClient,
    pub(crate) tokens: TokenSource,
    pub(crate) base: HttpUrl,
    pub(crate) clock: Clock,
}

/// A text that waits for its report.
#[derive(Deserialize)]
pub(crate) struct Pending {
    pub(crate) id: String,
    pub(crate) text: String,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// There is no token to call with.
    #[error(transparent)]
    Token(#[from] TokenSourceError),
    /// The API did not answer, or not sensibly.
    #[error("the API: {0}")]
    Http(#[from] HttpError),
    /// The API has no time for it now: 429 or 5xx.
    #[error("the API answered {status}")]
    Busy {
        /// What it answered.
        status: StatusCode,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The API refuses even a new token.
    #[error(
        "the API refuses a new token: check that RESOURCE is what the API calls itself, and that both have the same ISSUER"
    )]
    Unauthorized,
    /// The token does not allow it.
    #[error("the API answered 403: check that SCOPES has what it wants, and that the client may have it")]
    Forbidden,
    /// The API refuses this one request.
    #[error("the API answered {0}")]
    Refused(StatusCode),
}

impl Api {
    /// The texts that wait for a report.
    pub(crate) async fn pending(&self) -> Result<Vec<Pending>, ApiError> {
        let url = self.url(&["reports", "pending"]);
        let response = self.call(|http| http.get(url.clone())).await?;
        Ok(response.json()?)
    }

    /// Puts a report. Doing it twice is as good as doing it once, so an interrupted round can be
    /// repeated.
    pub(crate) async fn put(&self, id: &str, report: &Report) -> Result<(), ApiError> {
        let url = self.url(&["reports", id]);
        self.call(|http| http.put(url.clone()).json(report)).await.map(drop)
    }

    /// Calls with a token; after a 401 once more, with a new one. RFC 6750 §3.1: the token may have
    /// been revoked, or the API's keys changed; a second 401 means that something else is wrong.
    async fn call(
        &self,
        request: impl Fn(&reqwest::Client) -> RequestBuilder,
    ) -> Result<HttpResponse, ApiError> {
        // ANCHOR: call
        let mut response = self.attempt(&request).await?;
        if response.status == StatusCode::UNAUTHORIZED {
            tracing::info!("the API refuses the token: getting a new one");
            response = self.attempt(&request).await?;
        }
        match response.status {
            status if status.is_success() => Ok(response),
            StatusCode::UNAUTHORIZED => Err(ApiError::Unauthorized),
            StatusCode::FORBIDDEN => Err(ApiError::Forbidden),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                let retry_after = retry_after(&response.headers, self.clock.now());
                Err(ApiError::Busy { status, retry_after })
            }
            status => Err(ApiError::Refused(status)),
        }
        // ANCHOR_END: call
    }

    /// One request with the current token, which is forgotten if the API refuses it.
    async fn attempt(
        &self,
        request: &impl Fn(&reqwest::Client) -> RequestBuilder,
    ) -> Result<HttpResponse, ApiError> {
        // ANCHOR: attempt
        let token = self.tokens.token().await?;
        let request = request(self.http.reqwest()).bearer_auth(token.secret());
        let response = self.http.send(request).await?;
        if response.status == StatusCode::UNAUTHORIZED {
            self.tokens.invalidate(&token);
        }
        Ok(response)
        // ANCHOR_END: attempt
    }

    /// An address below the API's. Each segment is encoded, for an id is whatever the API sent.
    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.url().clone();
        // http and https URLs always have a path.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}
