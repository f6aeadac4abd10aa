//! The check of an access token: with the issuer's keys, by introspection, or by one's own rule.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::introspecting::Introspecting;
use super::{AccessToken, BearerError};
use crate::clock::Clock;
use crate::introspection::IntrospectionClient;
use crate::jwks::{RemoteJwks, RemoteVerifyError};
use crate::jwt::{self, AccessTokenClaims, Expected};
use crate::secret::BearerToken;

/// A way to check access tokens. Implement it for a check of one's own, and hand it to
/// [`TokenValidator::custom`].
#[async_trait]
pub trait ValidateToken: Send + Sync + std::fmt::Debug {
    /// What the token says, once everything about it has been checked.
    ///
    /// # Errors
    /// [`BearerError::InvalidToken`] for a token that is not good, whatever the reason (which
    /// belongs into the log), [`BearerError::Unavailable`] when it cannot be checked.
    async fn validate(&self, token: &BearerToken) -> Result<AccessTokenClaims, BearerError>;
}

/// Turns bearer tokens into [`AccessToken`]s. Cloning it shares its keys and its cache.
#[derive(Clone, Debug)]
pub struct TokenValidator {
    rule: Arc<dyn ValidateToken>,
}

impl TokenValidator {
    /// Checks signature and claims here, RFC 9068 §4, with the keys that the issuer publishes.
    /// Fast, and independent of the issuer being up; a revoked token stays good until it expires.
    pub fn local(jwks: RemoteJwks, expected: Expected, clock: Clock) -> Self {
        Self::custom(Arc::new(Local { jwks, expected, clock }))
    }

    /// Asks the authorization server, RFC 7662, and remembers a good answer for `cache_ttl`, so
    /// that a revocation is felt after that time at most. A bad answer is never remembered.
    ///
    /// `issuer` and `audience` are compared as in [`TokenValidator::local`].
    pub fn introspection(
        client: IntrospectionClient,
        issuer: impl Into<String>,
        audience: impl Into<String>,
        cache_ttl: Duration,
    ) -> Self {
        let (issuer, audience) = (issuer.into(), audience.into());
        Self::custom(Arc::new(Introspecting::new(client, issuer, audience, cache_ttl)))
    }

    /// Checks tokens with a rule of one's own.
    pub fn custom(rule: Arc<dyn ValidateToken>) -> Self {
        Self { rule }
    }

    /// Validates one token.
    ///
    /// # Errors
    /// [`BearerError::InvalidToken`] and [`BearerError::Unavailable`].
    #[tracing::instrument(skip_all, level = "debug")]
    pub async fn validate(&self, token: &BearerToken) -> Result<AccessToken, BearerError> {
        self.rule.validate(token).await.map(AccessToken::new)
    }
}

/// A validator is a rule too, so that a rule of one's own can be built around it: one that first
/// has to find its authorization server, say.
#[async_trait]
impl ValidateToken for TokenValidator {
    async fn validate(&self, token: &BearerToken) -> Result<AccessTokenClaims, BearerError> {
        self.rule.validate(token).await
    }
}

#[derive(Debug)]
struct Local {
    jwks: RemoteJwks,
    expected: Expected,
    clock: Clock,
}

#[async_trait]
impl ValidateToken for Local {
    async fn validate(&self, token: &BearerToken) -> Result<AccessTokenClaims, BearerError> {
        let verified = async {
            let kid = jwt::kid_of(token.secret())?;
            let keys = self.jwks.keys_for(kid.as_deref()).await?;
            Ok(jwt::verify(token.secret(), &keys, &self.expected, self.clock.now())?)
        };
        match verified.await {
            Ok(verified) => Ok(verified.claims),
            Err(RemoteVerifyError::Token(reason)) => {
                tracing::info!(%reason, "access token refused");
                Err(BearerError::InvalidToken)
            }
            Err(RemoteVerifyError::Keys(reason)) => {
                tracing::warn!(%reason, "access token cannot be checked");
                Err(BearerError::Unavailable)
            }
        }
    }
}
