//! The request itself, through the `oauth2` crate.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use oauth2::basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, HttpRequest, HttpResponse, RequestTokenError, TokenResponse,
    TokenUrl,
};

use super::{Held, Shared, TokenSourceError, retry_after};
use crate::clock::Clock;
use crate::http_client::{HttpClient, HttpError};
use crate::metadata::ServerMetadata;
use crate::secret::BearerToken;
use crate::settings::HttpUrl;

/// RFC 6749 §5.1 only recommends `expires_in`. A token without one is taken to be short-lived.
const ASSUMED_LIFETIME: Duration = Duration::from_secs(300);
/// A token is renewed this long before it expires, or after four fifths of a short life.
const MARGIN: Duration = Duration::from_secs(60);

/// Why the server gave no token, and when it wants to be asked again.
pub(super) struct Refusal {
    pub(super) error: TokenSourceError,
    pub(super) retry_after: Option<Duration>,
}

impl Shared {
    /// Asks for a token, RFC 6749 §4.4.2.
    pub(super) async fn ask(&self) -> Result<Held, Refusal> {
        let endpoint = self.endpoint.get_or_try_init(|| self.discover()).await?;
        let url = TokenUrl::new(endpoint.as_str().to_owned())
            .map_err(|_| self.unavailable("its token endpoint is not a URL"))?;

        let grant = &self.grant;
        // ANCHOR: request
        let client = BasicClient::new(ClientId::new(grant.client_id.clone()))
            .set_client_secret(oauth2::ClientSecret::new(grant.client_secret.secret().to_owned()))
            // RFC 6749 §2.3.1: what every server must support, and the secret stays out of bodies.
            .set_auth_type(AuthType::BasicAuth)
            .set_token_uri(url);
        let mut request = client
            .exchange_client_credentials()
            .add_scopes(grant.scopes.iter().map(|scope| oauth2::Scope::new(scope.as_str().to_owned())));
        if let Some(resource) = &grant.resource {
            // RFC 8707 §2: which API the token is for, so that it is good for no other.
            request = request.add_extra_param("resource", resource);
        }
        // ANCHOR_END: request

        let http = Attentive { http: &grant.http, clock: &grant.clock, retry_after: Mutex::default() };
        // From before the request, so that the time it travels does not lengthen its life.
        let asked_at = grant.clock.now();
        let response = request.request_async(&http).await.map_err(|error| {
            let retry_after = *http.retry_after.lock().unwrap_or_else(PoisonError::into_inner);
            Refusal { retry_after, ..self.refusal(error) }
        })?;

        // RFC 6749 §7.1: a token of a kind that one does not know must not be used.
        if !response.token_type().as_ref().eq_ignore_ascii_case("bearer") {
            return Err(self.unavailable("its answer is not a bearer token"));
        }
        self.compare_scopes(&response);
        // ANCHOR: lifetime
        let lifetime = response.expires_in().unwrap_or(ASSUMED_LIFETIME);
        Ok(Held {
            token: BearerToken::new(response.access_token().secret().as_str()),
            renew_at: asked_at + lifetime.saturating_sub(MARGIN.min(lifetime / 5)),
            expires_at: asked_at + lifetime,
        })
        // ANCHOR_END: lifetime
    }

    async fn discover(&self) -> Result<HttpUrl, Refusal> {
        let metadata = ServerMetadata::fetch(&self.grant.http, &self.grant.issuer)
            .await
            .map_err(|error| self.unavailable(error.to_string()))?;
        metadata
            .require("token_endpoint", &metadata.token_endpoint)
            .map_err(|error| self.unavailable(error.to_string()))
    }

    /// RFC 6749 §5.1: a server that gives less than was asked for says so.
    fn compare_scopes(&self, response: &BasicTokenResponse) {
        let Some(given) = response.scopes() else { return };
        let missing: Vec<&str> = self
            .grant
            .scopes
            .iter()
            .map(crate::scope::Scope::as_str)
            .filter(|asked| given.iter().all(|scope| scope.as_str() != *asked))
            .collect();
        if !missing.is_empty() {
            tracing::warn!(missing = missing.join(" "), "the token has fewer scopes than were asked for");
        }
    }

    fn unavailable(&self, reason: impl Into<String>) -> Refusal {
        let error = TokenSourceError::Unavailable {
            issuer: self.grant.issuer.as_str().to_owned(),
            reason: reason.into(),
            retry_in: Duration::ZERO,
        };
        Refusal { error, retry_after: None }
    }

    fn refusal(&self, error: RequestTokenError<HttpError, BasicErrorResponse>) -> Refusal {
        match error {
            RequestTokenError::Request(error) => self.unavailable(error.to_string()),
            RequestTokenError::ServerResponse(answer) if is_temporary(answer.error()) => {
                self.unavailable(readable(&answer))
            }
            RequestTokenError::ServerResponse(answer) => {
                let error = TokenSourceError::Refused {
                    issuer: self.grant.issuer.as_str().to_owned(),
                    client_id: self.grant.client_id.clone(),
                    reason: readable(&answer),
                    retry_in: Duration::ZERO,
                };
                Refusal { error, retry_after: None }
            }
            // What was received is not repeated: it may hold a token.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                self.unavailable("its answer is not that of a token endpoint")
            }
        }
    }
}

fn is_temporary(error: &BasicErrorResponseType) -> bool {
    matches!(error.as_ref(), "temporarily_unavailable" | "server_error")
}

/// Code and description, with nothing in it that would break a line of the log.
fn readable(answer: &BasicErrorResponse) -> String {
    let code = answer.error().as_ref().escape_debug();
    match answer.error_description() {
        Some(description) => format!("{code}: {}", description.escape_debug()),
        None => code.to_string(),
    }
}

/// Sends through [`HttpClient`] and keeps what the `oauth2` crate does not look at: a 429 or 5xx
/// is trouble of the server whatever its body says, and may tell when to come back.
struct Attentive<'a> {
    http: &'a HttpClient,
    clock: &'a Clock,
    retry_after: Mutex<Option<Duration>>,
}

impl<'c> AsyncHttpClient<'c> for Attentive<'_> {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let response = self.http.call(request).await?;
            let trouble = HttpError::Status(response.status());
            if trouble.is_temporary() {
                *self.retry_after.lock().unwrap_or_else(PoisonError::into_inner) =
                    retry_after(response.headers(), self.clock.now());
                return Err(trouble);
            }
            Ok(response)
        })
    }
}
