//! The one client for every outgoing request: discovery, key sets, token and introspection
//! endpoints, and the APIs that an app calls.
//!
//! Its limits are what a party of OAuth needs and a general client does not have: time limits on
//! connecting and on the whole exchange, a limit on the body, redirects never followed (a
//! redirected token request would carry the client's secret elsewhere), the system's proxy
//! settings ignored, and plain http refused except to this machine.
//!
//! # Example
//! ```no_run
//! # async fn example() -> Result<(), auth_core::http_client::HttpError> {
//! use auth_core::http_client::HttpClient;
//!
//! let http = HttpClient::new()?;
//! let metadata: serde_json::Value =
//!     http.get_json("https://issuer.example/.well-known/openid-configuration").await?;
//! # Ok(())
//! # }
//! ```

mod builder;
mod oauth2_adapter;
mod resolver;

use std::path::Path;

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::loopback::is_loopback;
use crate::wire;

pub use builder::HttpClientBuilder;

/// The most that is read of any answer, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// An HTTP client with the limits that this module describes. Cloning it is cheap and shares its
/// connections.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: reqwest::Client,
}

/// An answer, read completely within [`BODY_LIMIT`].
#[derive(Clone)]
pub struct HttpResponse {
    /// The status code.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body. It may hold tokens: do not log it.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for HttpResponse {
    /// Shows the status and the length of the body only, for bodies and headers may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl HttpResponse {
    /// Reads the body as JSON, whatever the status.
    ///
    /// # Errors
    /// [`HttpError::Json`] when the body is not the JSON that was expected.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body).map_err(HttpError::Json)
    }

    /// The answer itself if its status is 2xx.
    ///
    /// # Errors
    /// [`HttpError::Status`] for every other status, redirects included.
    pub fn success(self) -> Result<Self, HttpError> {
        if self.status.is_success() { Ok(self) } else { Err(HttpError::Status(self.status)) }
    }
}

/// Why an outgoing request gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The client itself could not be made, for instance because of an unreadable certificate.
    #[error("the HTTP client could not be set up: {0}")]
    Setup(String),
    /// The address is not one that may be called.
    #[error(
        "{0} may not be called: use https, or http to this machine only (localhost, *.localhost, 127.0.0.0/8, [::1])"
    )]
    Address(String),
    /// Nothing answered in time, or the connection broke.
    #[error("no answer: {}", root_cause(.0))]
    Network(#[source] reqwest::Error),
    /// The answer was longer than [`BODY_LIMIT`].
    #[error("the answer is longer than {BODY_LIMIT} bytes")]
    TooLarge,
    /// The server answered with a status that is not a success.
    #[error("the server answered {0}")]
    Status(StatusCode),
    /// The body was not the JSON that was expected. Its content is not repeated here.
    #[error("the answer is not the JSON that was expected ({})", .0.classify_for_log())]
    Json(#[source] serde_json::Error),
}

impl HttpError {
    /// Whether trying again later may help: network failures, 429 and 5xx.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Network(_) => true,
            Self::Status(status) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            _ => false,
        }
    }
}

/// Says what kind of JSON problem it is without repeating the value, which may be a secret.
trait ClassifyForLog {
    fn classify_for_log(&self) -> String;
}

impl ClassifyForLog for serde_json::Error {
    fn classify_for_log(&self) -> String {
        format!("{:?} error at line {}, column {}", self.classify(), self.line(), self.column())
    }
}

/// reqwest's own text stops at "error sending request": the reason is the innermost source.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if error.is_timeout() { format!("timed out ({cause})") } else { cause.to_string() }
}

impl HttpClient {
    /// A client with the default limits: 3 s to connect, 10 s for the whole exchange.
    ///
    /// # Errors
    /// [`HttpError::Setup`] when the TLS library cannot be set up.
    pub fn new() -> Result<Self, HttpError> {
        Self::builder().build()
    }

    /// A client with the default limits that also trusts the certificate authorities in a file, if
    /// one is given (the setting `EXTRA_CA_FILE` of the apps): for an authorization server whose
    /// certificate comes from an authority of one's own.
    ///
    /// # Errors
    /// [`HttpError::Setup`] when the file can't be read or holds no certificate.
    pub fn trusting(extra_ca_file: Option<&Path>) -> Result<Self, HttpError> {
        let Some(path) = extra_ca_file else { return Self::new() };
        let pem = std::fs::read(path)
            .map_err(|error| HttpError::Setup(format!("EXTRA_CA_FILE, {}: {error}", path.display())))?;
        Self::builder().root_certificates(&pem)?.build()
    }

    /// Starts a client with other limits or an additional certificate authority.
    pub fn builder() -> HttpClientBuilder {
        HttpClientBuilder::default()
    }

    /// Gets `url` and reads the body as JSON, provided that the status is a success.
    ///
    /// # Errors
    /// Every [`HttpError`].
    pub async fn get_json<T: DeserializeOwned>(&self, url: &str) -> Result<T, HttpError> {
        let request = self.reqwest().get(url).header(http::header::ACCEPT, "application/json");
        self.send(request).await?.success()?.json()
    }

    /// Posts `fields` as `application/x-www-form-urlencoded`, with an `Authorization` header if
    /// one is given, and returns the answer whatever its status.
    ///
    /// # Errors
    /// [`HttpError::Address`], [`HttpError::Network`] and [`HttpError::TooLarge`].
    pub async fn post_form(
        &self,
        url: &str,
        authorization: Option<&str>,
        fields: &[(&str, &str)],
    ) -> Result<HttpResponse, HttpError> {
        let mut request =
            self.reqwest().post(url).header(http::header::ACCEPT, "application/json").form(fields);
        if let Some(authorization) = authorization {
            request = request.header(http::header::AUTHORIZATION, sensitive(authorization)?);
        }
        self.send(request).await
    }

    /// Sends a request that was begun with [`HttpClient::reqwest`] and reads the whole answer.
    ///
    /// # Errors
    /// [`HttpError::Address`], [`HttpError::Network`] and [`HttpError::TooLarge`].
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Result<HttpResponse, HttpError> {
        let mut request = request.build().map_err(HttpError::Network)?;
        check_address(request.url())?;
        say_who_calls(&mut request);
        let mut response = self.client.execute(request).await.map_err(network)?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(network)? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse { status, headers, body })
    }

    /// The client underneath, to begin a request with. Send it with [`HttpClient::send`], which
    /// checks the address and limits the body.
    pub fn reqwest(&self) -> &reqwest::Client {
        &self.client
    }
}

/// The URL may hold what must not be logged (a query), so it is taken out of the error.
fn network(error: reqwest::Error) -> HttpError {
    HttpError::Network(error.without_url())
}

/// A header value that HTTP/2 does not index and that Debug does not show.
fn sensitive(value: &str) -> Result<http::HeaderValue, HttpError> {
    let mut value = http::HeaderValue::from_str(value)
        .map_err(|_| HttpError::Setup("the Authorization header is not a header value".into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// RFC 6749 §3.2 and §10.9: TLS for everything that carries a credential. http stays on this
/// machine.
fn check_address(url: &Url) -> Result<(), HttpError> {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(()),
        ("http", Some(host)) if is_loopback(&host) => Ok(()),
        _ => Err(HttpError::Address(origin_only(url))),
    }
}

/// For the flow inspector; and then only to this machine, where the inspector is.
fn say_who_calls(request: &mut reqwest::Request) {
    let Some((party, browser)) = wire::calling() else { return };
    if !request.url().host().is_some_and(|host| is_loopback(&host)) {
        return;
    }
    let headers = request.headers_mut();
    headers.insert(wire::FROM_HEADER, http::HeaderValue::from_static(party));
    if let Some(browser) = browser.and_then(|name| http::HeaderValue::try_from(name).ok()) {
        headers.insert(wire::BROWSER_HEADER, browser);
    }
}

/// Scheme and host: enough to find the mistake, and nothing of a path or query.
fn origin_only(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests;
