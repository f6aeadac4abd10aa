//! Checking tokens against an authorization server that is found by its metadata (RFC 8414).
//!
//! The metadata is read when the first token comes, not at start: in a system of several parties
//! somebody has to be the first to run.

use std::{sync::Mutex, time::Duration};

use async_trait::async_trait;
use auth_core::{
    bearer::{BearerError, TokenValidator, ValidateToken},
    clock::{Clock, Timestamp},
    http_client::{HttpClient, HttpError},
    introspection::IntrospectionClient,
    jwks::RemoteJwks,
    jwt::{AccessTokenClaims, Expected},
    secret::BearerToken,
    settings::{HttpUrl, Issuer, SettingsError},
};
use serde::Deserialize;
use tokio::sync::OnceCell;

use crate::{settings::TokenCheck, well_known};

/// After a failure the authorization server is left alone for this long, so that callers get
/// their 503 at once instead of queueing for one time limit after the other.
const COOL_DOWN: Duration = Duration::from_secs(2);

/// A validator that finds its authorization server when it first needs it.
#[derive(Debug)]
pub(crate) struct DiscoveredValidator {
    http: HttpClient,
    issuer: Issuer,
    resource: String,
    check: TokenCheck,
    cache: Duration,
    clock: Clock,
    found: OnceCell<TokenValidator>,
    failed: Mutex<Option<Timestamp>>,
}

/// The members of the metadata that a resource server needs (RFC 8414 §2).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: Option<String>,
    introspection_endpoint: Option<String>,
}

/// Why the authorization server could not be found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiscoveryError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("its metadata name another issuer")]
    Issuer,
    #[error("its metadata have no {0}")]
    Missing(&'static str),
    #[error("{0}")]
    Address(#[from] SettingsError),
    #[error("it did not answer a moment ago")]
    CoolingDown,
}

impl DiscoveredValidator {
    pub(crate) fn new(
        http: HttpClient,
        issuer: Issuer,
        resource: String,
        (check, cache): (TokenCheck, Duration),
        clock: Clock,
    ) -> Self {
        let (found, failed) = (OnceCell::new(), Mutex::new(None));
        Self { http, issuer, resource, check, cache, clock, found, failed }
    }

    /// The validator, once the authorization server has been found; until then each call looks
    /// for it, one at a time.
    pub(crate) async fn find(&self) -> Result<&TokenValidator, DiscoveryError> {
        self.found
            .get_or_try_init(async || {
                if self.is_cooling_down() {
                    return Err(DiscoveryError::CoolingDown);
                }
                let found = self.discover().await;
                if let Err(problem) = &found {
                    tracing::warn!(issuer = %self.issuer, %problem, "no authorization server");
                    self.remember_failure();
                }
                found
            })
            .await
    }

    async fn discover(&self) -> Result<TokenValidator, DiscoveryError> {
        let url = well_known(self.issuer.url(), "oauth-authorization-server");
        let metadata: Metadata = self.http.get_json(url.as_str()).await?;
        // RFC 8414 §3.3: metadata that name another issuer must not be used.
        if metadata.issuer != self.issuer.as_str() {
            return Err(DiscoveryError::Issuer);
        }
        let (http, clock) = (self.http.clone(), self.clock.clone());
        match &self.check {
            TokenCheck::Local => {
                let url = endpoint("jwks_uri", metadata.jwks_uri)?;
                let expected = Expected::access_token(self.issuer.as_str(), self.resource.as_str());
                let jwks = RemoteJwks::new(http, &url, clock.clone());
                Ok(TokenValidator::local(jwks, expected, clock))
            }
            TokenCheck::Introspect { client_id, client_secret } => {
                let url = endpoint("introspection_endpoint", metadata.introspection_endpoint)?;
                let client = IntrospectionClient::new(http, &url, client_id, client_secret.clone(), clock);
                let (issuer, audience) = (self.issuer.as_str(), self.resource.as_str());
                Ok(TokenValidator::introspection(client, issuer, audience, self.cache))
            }
        }
    }

    fn is_cooling_down(&self) -> bool {
        let failed = self.failed.lock().map_or(None, |failed| *failed);
        failed.is_some_and(|failed| self.clock.now() < failed + COOL_DOWN)
    }

    fn remember_failure(&self) {
        if let Ok(mut failed) = self.failed.lock() {
            *failed = Some(self.clock.now());
        }
    }
}

#[async_trait]
impl ValidateToken for DiscoveredValidator {
    async fn validate(&self, token: &BearerToken) -> Result<AccessTokenClaims, BearerError> {
        let validator = self.find().await.map_err(|_| BearerError::Unavailable)?;
        ValidateToken::validate(validator, token).await
    }
}

/// An endpoint of the metadata: https, or http to this machine, since secrets and keys depend on it.
fn endpoint(name: &'static str, url: Option<String>) -> Result<String, DiscoveryError> {
    let url = url.ok_or(DiscoveryError::Missing(name))?;
    HttpUrl::parse(name, &url)?;
    Ok(url)
}
