//! Checking tokens against an authorization server that is found by its metadata (RFC 8414).
//!
//! The metadata is read when the first token comes, not at start: in a system of several parties
//! somebody has to be the first to run.

use std::{sync::Mutex, time::Duration};

use async_trait::async_trait;
use auth_core::{
    bearer::{BearerError, TokenValidator, ValidateToken},
    clock::{Clock, Timestamp},
    http_client::HttpClient,
    introspection::IntrospectionClient,
    jwks::RemoteJwks,
    jwt::{AccessTokenClaims, Expected},
    metadata::{MetadataError, ServerMetadata},
    secret::BearerToken,
    settings::Issuer,
};
use tokio::sync::OnceCell;

use crate::settings::TokenCheck;

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

/// Why the authorization server could not be found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiscoveryError {
    #[error(transparent)]
    Metadata(#[from] MetadataError),
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
        let metadata = ServerMetadata::fetch(&self.http, &self.issuer).await?;
        let (http, clock) = (self.http.clone(), self.clock.clone());
        // ANCHOR: two_checks
        match &self.check {
            TokenCheck::Local => {
                let url = metadata.require("jwks_uri", &metadata.jwks_uri)?;
                let expected = Expected::access_token(self.issuer.as_str(), self.resource.as_str());
                let jwks = RemoteJwks::new(http, url.as_str(), clock.clone());
                Ok(TokenValidator::local(jwks, expected, clock))
            }
            TokenCheck::Introspect { client_id, client_secret } => {
                let url = metadata.require("introspection_endpoint", &metadata.introspection_endpoint)?;
                let client =
                    IntrospectionClient::new(http, url.as_str(), client_id, client_secret.clone(), clock);
                let (issuer, audience) = (self.issuer.as_str(), self.resource.as_str());
                Ok(TokenValidator::introspection(client, issuer, audience, self.cache))
            }
        }
        // ANCHOR_END: two_checks
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
