//! An issuer's key set, fetched over HTTP and kept.
//!
//! Four rules keep it both fresh and cheap. Keys are used for as long as the issuer says, five
//! minutes by default. A `kid` that is not among them means that the issuer may have rotated, so
//! the set is fetched again, but not more often than every 30 s, or anybody could make this
//! server hammer the issuer with invented ones. Requests that need the set at the same time share
//! one fetch. And when a fetch fails, the old keys serve on for up to a day: an issuer that is
//! down for an hour does not take every resource server with it.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::JwkSet;
use crate::clock::{Clock, Timestamp};
use crate::http_client::{HttpClient, HttpError};
use crate::jwt::{self, Expected, JwtError, VerificationKeys, Verified};

const DEFAULT_LIFETIME: Duration = Duration::from_secs(5 * 60);
const LONGEST_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// Between two successful fetches; also the shortest lifetime.
const COOL_DOWN: Duration = Duration::from_secs(30);
/// After a failed fetch. Short, so that an issuer that has just come up is found.
const COOL_DOWN_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How long old keys serve while fetching fails.
const LONGEST_STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// The keys of one issuer, fetched when needed. Cloning it shares the keys.
#[derive(Clone, Debug)]
pub struct RemoteJwks {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    http: HttpClient,
    url: String,
    clock: Clock,
    state: RwLock<State>,
    /// Held while fetching: the others wait for its result instead of fetching as well.
    fetching: Mutex<()>,
}

#[derive(Clone, Debug, Default)]
struct State {
    fetched: Option<Fetched>,
    /// No fetch before this time.
    not_before: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Fetched {
    keys: Arc<VerificationKeys>,
    fresh_until: Timestamp,
    usable_until: Timestamp,
}

/// The key set could not be fetched, and there is no older one to go on with.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the key set of the authorization server cannot be fetched from {url}: {reason}")]
pub struct JwksError {
    url: String,
    reason: String,
}

/// Why a token was not verified with remote keys.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RemoteVerifyError {
    /// The token is at fault.
    #[error(transparent)]
    Token(#[from] JwtError),
    /// The keys are not to be had: nothing can be said about the token.
    #[error(transparent)]
    Keys(#[from] JwksError),
}

impl RemoteJwks {
    /// The keys published at `url`. Nothing is fetched before the first token comes.
    pub fn new(http: HttpClient, url: impl Into<String>, clock: Clock) -> Self {
        Self {
            shared: Arc::new(Shared {
                http,
                url: url.into(),
                clock,
                state: RwLock::default(),
                fetching: Mutex::new(()),
            }),
        }
    }

    /// Verifies `token` with [`jwt::verify`] and the issuer's current keys.
    ///
    /// # Errors
    /// [`RemoteVerifyError`], which tells a bad token from keys that cannot be fetched.
    pub async fn verify<C: DeserializeOwned>(
        &self,
        token: &str,
        expected: &Expected,
    ) -> Result<Verified<C>, RemoteVerifyError> {
        let kid = jwt::kid_of(token)?;
        let keys = self.keys_for(kid.as_deref()).await?;
        Ok(jwt::verify(token, &keys, expected, self.shared.clock.now())?)
    }

    /// The keys to verify a token with this `kid` with. The key itself may still be missing from
    /// them, if the issuer does not publish it.
    ///
    /// # Errors
    /// [`JwksError`] when there are no keys at all.
    pub async fn keys_for(&self, kid: Option<&str>) -> Result<Arc<VerificationKeys>, JwksError> {
        if let Some(keys) = self.fresh_keys(kid) {
            return Ok(keys);
        }
        // Whoever has the key already, if not quite fresh, does not wait for another's fetch.
        let guard = match (self.shared.fetching.try_lock(), self.usable_keys()) {
            (Ok(guard), _) => guard,
            (Err(_), Some(keys)) if kid.is_none_or(|kid| keys.contains(kid)) => return Ok(keys),
            (Err(_), _) => self.shared.fetching.lock().await,
        };
        // The fetch that was waited for may have brought it.
        if let Some(keys) = self.fresh_keys(kid) {
            return Ok(keys);
        }
        let failure = if self.is_cooling_down() {
            "the last attempt failed a moment ago".to_owned()
        } else {
            match self.fetch().await {
                Ok(keys) => return Ok(keys),
                Err(error) => {
                    tracing::warn!(url = %self.shared.url, %error, "fetching the key set failed");
                    error.to_string()
                }
            }
        };
        drop(guard);
        self.usable_keys().ok_or_else(|| JwksError { url: self.shared.url.clone(), reason: failure })
    }

    fn state(&self) -> State {
        self.shared.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.shared.state.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// The keys if they are fresh and hold `kid`.
    fn fresh_keys(&self, kid: Option<&str>) -> Option<Arc<VerificationKeys>> {
        let fetched = self.state().fetched?;
        let has_key = kid.is_none_or(|kid| fetched.keys.contains(kid));
        (self.shared.clock.now() < fetched.fresh_until && has_key).then_some(fetched.keys)
    }

    fn usable_keys(&self) -> Option<Arc<VerificationKeys>> {
        let fetched = self.state().fetched?;
        (self.shared.clock.now() < fetched.usable_until).then_some(fetched.keys)
    }

    fn is_cooling_down(&self) -> bool {
        self.state().not_before.is_some_and(|time| self.shared.clock.now() < time)
    }

    async fn fetch(&self) -> Result<Arc<VerificationKeys>, HttpError> {
        // Noted before the attempt: one that is cancelled midway counts as well.
        let now = self.shared.clock.now();
        self.update(|state| state.not_before = Some(now + COOL_DOWN_AFTER_FAILURE));

        let http = &self.shared.http;
        let request = http.reqwest().get(&self.shared.url).header(header::ACCEPT, "application/json");
        let response = http.send(request).await?.success()?;
        let keys = Arc::new(VerificationKeys::from_jwks(&response.json::<JwkSet>()?));

        let now = self.shared.clock.now();
        let fetched = Fetched {
            keys: Arc::clone(&keys),
            fresh_until: now + lifetime(&response.headers),
            usable_until: now + LONGEST_STALE,
        };
        self.update(|state| {
            *state = State { fetched: Some(fetched), not_before: Some(now + COOL_DOWN) };
        });
        Ok(keys)
    }
}

/// RFC 9111 §5.2.2.1 `max-age`, within bounds.
fn lifetime(headers: &HeaderMap) -> Duration {
    headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|directive| directive.trim().to_ascii_lowercase().strip_prefix("max-age=")?.parse().ok())
        .map(Duration::from_secs)
        .next()
        .unwrap_or(DEFAULT_LIFETIME)
        .clamp(COOL_DOWN, LONGEST_LIFETIME)
}
