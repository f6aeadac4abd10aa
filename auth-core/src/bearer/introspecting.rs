//! Validation by introspection, with a short memory.

use std::time::Duration;

use async_trait::async_trait;
use moka::future::Cache;

use super::{BearerError, ValidateToken};
use crate::clock::Timestamp;
use crate::introspection::{IntrospectionClient, IntrospectionResponse};
use crate::jwt::AccessTokenClaims;
use crate::scope::Scopes;
use crate::secret::{BearerToken, Digest};

/// How many good tokens are remembered; each takes a few hundred bytes.
const REMEMBERED: u64 = 10_000;

/// Asks the authorization server and remembers who was good.
#[derive(Debug)]
pub(super) struct Introspecting {
    client: IntrospectionClient,
    issuer: String,
    audience: String,
    ttl: Duration,
    /// By digest: a dump of this process's memory should not be a list of tokens.
    answers: Cache<Digest, Answer>,
}

/// One answer of the authorization server, shared by the requests that waited for it.
#[derive(Clone, Debug)]
struct Answer {
    outcome: Result<AccessTokenClaims, BearerError>,
    asked_at: Timestamp,
}

impl Introspecting {
    pub(super) fn new(client: IntrospectionClient, issuer: String, audience: String, ttl: Duration) -> Self {
        // The application's clock decides what is fresh; this only frees memory.
        let answers =
            Cache::builder().max_capacity(REMEMBERED).time_to_live(ttl.max(Duration::from_secs(1))).build();
        Self { client, issuer, audience, ttl, answers }
    }

    /// Whether a remembered answer still counts: a good one, not older than the limit, about a
    /// token that has not expired since. RFC 7662 §4.
    fn still_counts(&self, answer: &Answer, now: Timestamp) -> bool {
        now < answer.asked_at + self.ttl && answer.outcome.as_ref().is_ok_and(|claims| now < claims.exp)
    }

    async fn ask(&self, token: &BearerToken) -> Answer {
        // Taken before the question, so that the time the answer travels counts as its age.
        let asked_at = self.client.now();
        let outcome = match self.client.introspect(token).await {
            Ok(response) => self.accept(response, asked_at).map_err(|reason| {
                tracing::info!(reason, "access token refused");
                BearerError::InvalidToken
            }),
            Err(reason) => {
                tracing::warn!(%reason, "access token cannot be checked");
                Err(BearerError::Unavailable)
            }
        };
        Answer { outcome, asked_at }
    }

    /// Requires of the response what a JWT would have to say. RFC 9700 §2.3: every resource server
    /// verifies, for every request, that the token is meant for it.
    fn accept(
        &self,
        response: IntrospectionResponse,
        now: Timestamp,
    ) -> Result<AccessTokenClaims, &'static str> {
        // ANCHOR: accept
        if !response.active {
            return Err("the authorization server says that it is not active");
        }
        // RFC 6749 §5.1. A refresh token has no token type, and another type (DPoP, RFC 9449)
        // must not come as a bearer token.
        if !response.token_type.is_some_and(|kind| kind.eq_ignore_ascii_case("Bearer")) {
            return Err("it is not a bearer access token");
        }
        let iss = response.iss.filter(|iss| *iss == self.issuer).ok_or("it is another issuer's")?;
        let aud =
            response.aud.filter(|aud| aud.contains(&self.audience)).ok_or("it is for another audience")?;
        let exp = response.exp.filter(|exp| now < *exp).ok_or("it has expired")?;
        if response.nbf.is_some_and(|nbf| now < nbf) {
            return Err("it is not valid yet");
        }
        // ANCHOR_END: accept
        Ok(AccessTokenClaims {
            iss,
            sub: response.sub.ok_or("it has no subject")?,
            aud,
            client_id: response.client_id.ok_or("it has no client")?,
            exp,
            iat: response.iat.unwrap_or(now),
            jti: response.jti.unwrap_or_default(),
            scope: response.scope.unwrap_or_else(Scopes::empty),
            auth_time: response.auth_time,
            auth_id: None,
        })
    }
}

#[async_trait]
impl ValidateToken for Introspecting {
    async fn validate(&self, token: &BearerToken) -> Result<AccessTokenClaims, BearerError> {
        let key = token.digest();
        let now = self.client.now();
        // Requests with the same token that come together share one question.
        let answer = self
            .answers
            .entry(key)
            .or_insert_with_if(self.ask(token), |answer| !self.still_counts(answer, now))
            .await
            .into_value();
        if answer.outcome.is_err() {
            // Never remembered: a token may be activated, and the server may be back.
            self.answers.invalidate(&key).await;
        }
        answer.outcome
    }
}
