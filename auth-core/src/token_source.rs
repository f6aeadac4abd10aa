//! Access tokens for a machine that acts for itself: the client credentials grant, RFC 6749 §4.4.
//!
//! A [`TokenSource`] keeps its token and renews it before it expires, so that a caller always
//! gets one that is good for a while. Callers that come together share one request. While the
//! authorization server does not answer it is left alone for longer and longer, and the old token
//! serves on for as long as it is valid.
//!
//! # Example
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use auth_core::clock::Clock;
//! use auth_core::http_client::HttpClient;
//! use auth_core::scope::Scopes;
//! use auth_core::secret::ClientSecret;
//! use auth_core::settings::Issuer;
//! use auth_core::token_source::{ClientCredentials, TokenSource};
//!
//! let http = HttpClient::new()?;
//! let tokens = TokenSource::client_credentials(ClientCredentials {
//!     http: http.clone(),
//!     issuer: Issuer::parse("https://issuer.example", false)?,
//!     client_id: "reporter".into(),
//!     client_secret: ClientSecret::new(std::env::var("CLIENT_SECRET")?),
//!     scopes: Scopes::parse("reports:write")?,
//!     resource: Some("https://api.example".into()),
//!     clock: Clock::system(),
//! });
//!
//! let token = tokens.token().await?;
//! let request = http.reqwest().get("https://api.example/reports").bearer_auth(token.secret());
//! if http.send(request).await?.status == 401 {
//!     // Revoked before its time: the next one will be new.
//!     tokens.invalidate(&token);
//! }
//! # Ok(())
//! # }
//! ```

mod backoff;
mod grant;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::clock::{Clock, Timestamp};
use crate::http_client::HttpClient;
use crate::scope::Scopes;
use crate::secret::{BearerToken, ClientSecret};
use crate::settings::{HttpUrl, Issuer};

pub use backoff::{Backoff, retry_after};

/// Who asks for tokens, where, and for what.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// Sends the requests.
    pub http: HttpClient,
    /// The authorization server; its token endpoint is found in its metadata.
    pub issuer: Issuer,
    /// The client.
    pub client_id: String,
    /// Its secret, sent with HTTP Basic (RFC 6749 §2.3.1).
    pub client_secret: ClientSecret,
    /// What to ask for. Empty leaves the choice to the server.
    pub scopes: Scopes,
    /// The resource server that the tokens are for, RFC 8707.
    pub resource: Option<String>,
    /// Tells when a token is about to expire.
    pub clock: Clock,
}

/// Gives access tokens to its callers. Cloning it shares the token.
#[derive(Clone, Debug)]
pub struct TokenSource {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    grant: ClientCredentials,
    /// From the metadata, once they have been read.
    endpoint: OnceCell<HttpUrl>,
    state: Mutex<State>,
    /// Held while asking: the others wait for the answer instead of asking as well.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Held>,
    backoff: Backoff,
    failure: Option<Failure>,
}

/// The token that is kept.
#[derive(Clone, Debug)]
struct Held {
    token: BearerToken,
    /// From here on a new one is asked for.
    renew_at: Timestamp,
    /// From here on this one is useless.
    expires_at: Timestamp,
}

/// The last failure, and until when nobody asks again.
#[derive(Clone, Debug)]
struct Failure {
    error: TokenSourceError,
    not_before: Timestamp,
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenSourceError {
    /// The authorization server does not answer, or not sensibly: it may later.
    #[error("no token from {issuer}: {reason}")]
    Unavailable {
        /// The authorization server.
        issuer: String,
        /// What happened.
        reason: String,
        /// When asking again makes sense.
        retry_in: Duration,
    },
    /// The authorization server says no: somebody has to change a setting.
    #[error("{issuer} refuses the client {client_id}: {reason}")]
    Refused {
        /// The authorization server.
        issuer: String,
        /// The client.
        client_id: String,
        /// The error code of RFC 6749 §5.2 and its description.
        reason: String,
        /// When asking again makes sense, in case the setting has been changed on the other side.
        retry_in: Duration,
    },
}

impl TokenSourceError {
    /// After which time asking again makes sense.
    pub fn retry_in(&self) -> Duration {
        match self {
            Self::Unavailable { retry_in, .. } | Self::Refused { retry_in, .. } => *retry_in,
        }
    }
}

impl TokenSource {
    /// A source of tokens by the client credentials grant. Nothing is asked before the first
    /// token is needed, so the authorization server need not be up yet.
    pub fn client_credentials(grant: ClientCredentials) -> Self {
        Self {
            shared: Arc::new(Shared {
                grant,
                endpoint: OnceCell::new(),
                state: Mutex::default(),
                asking: tokio::sync::Mutex::new(()),
            }),
        }
    }

    /// A token that is valid for some time yet.
    ///
    /// # Errors
    /// [`TokenSourceError`], at once and without asking while the server is left alone after an
    /// earlier failure.
    // ANCHOR: token
    pub async fn token(&self) -> Result<BearerToken, TokenSourceError> {
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        // While one caller renews it, the others go on with the token that they have.
        let _asking = match (self.shared.asking.try_lock(), self.valid()) {
            (Ok(asking), _) => asking,
            (Err(_), Some(token)) => return Ok(token),
            (Err(_), None) => self.shared.asking.lock().await,
        };
        // The answer that was waited for may have brought it, or a failure.
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        let failure = match self.backing_off() {
            Some(failure) => failure,
            None => match self.shared.ask().await {
                Ok(held) => return Ok(self.keep(held)),
                Err(refusal) => self.note(refusal),
            },
        };
        self.valid().ok_or(failure)
    }
    // ANCHOR_END: token

    /// Forgets `token`, because a resource server refused it. Another token that has taken its
    /// place meanwhile is kept.
    pub fn invalidate(&self, token: &BearerToken) {
        let mut state = self.state();
        if state.token.as_ref().is_some_and(|held| held.token.matches(token)) {
            state.token = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.shared.grant.clock.now()
    }

    fn fresh(&self) -> Option<BearerToken> {
        let now = self.now();
        self.state().token.as_ref().filter(|held| now < held.renew_at).map(|held| held.token.clone())
    }

    fn valid(&self) -> Option<BearerToken> {
        let now = self.now();
        self.state().token.as_ref().filter(|held| now < held.expires_at).map(|held| held.token.clone())
    }

    /// The last failure, with the time that is left until the next attempt.
    fn backing_off(&self) -> Option<TokenSourceError> {
        let now = self.now();
        let failure = self.state().failure.clone().filter(|failure| now < failure.not_before)?;
        Some(failure.error.with_retry_in(failure.not_before.saturating_since(now)))
    }

    fn keep(&self, held: Held) -> BearerToken {
        let token = held.token.clone();
        *self.state() = State { token: Some(held), ..State::default() };
        token
    }

    fn note(&self, refusal: grant::Refusal) -> TokenSourceError {
        let now = self.now();
        let mut state = self.state();
        // The clock counts whole seconds: without one more, a delay under a second would be none.
        let retry_in = state.backoff.next_delay(refusal.retry_after) + Duration::from_secs(1);
        let error = refusal.error.with_retry_in(retry_in);
        state.failure = Some(Failure { error: error.clone(), not_before: now + retry_in });
        error
    }
}

impl TokenSourceError {
    fn with_retry_in(mut self, time: Duration) -> Self {
        match &mut self {
            Self::Unavailable { retry_in, .. } | Self::Refused { retry_in, .. } => *retry_in = time,
        }
        self
    }
}
