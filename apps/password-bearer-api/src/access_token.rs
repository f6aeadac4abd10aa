//! Access tokens: signed here and verified here, and good only while their session lives.

use std::time::Duration;

use auth_core::{
    clock::Clock,
    jwt::{self, AccessTokenClaims, Expected, JwtError, SigningKey, VerificationKeys},
    scope::Scopes,
    secret::{BearerToken, random_id},
};

use crate::models::session::Session;

/// `client_id` of every token (RFC 9068 §2.2 wants one). The password grant knows one client
/// here: whichever program of yours the user typed the password into.
const CLIENT_ID: &str = "password-bearer-api";

/// Signs and verifies with the one key of this API.
#[derive(Debug)]
pub(crate) struct AccessTokens {
    key: SigningKey,
    keys: VerificationKeys,
    expected: Expected,
    lifetime: Duration,
    clock: Clock,
}

/// What an access token says, once its signature, issuer, audience, type and times have been
/// found right. Whether its session still lives is the database's to say.
pub(crate) struct Claims {
    pub(crate) session: String,
    pub(crate) scopes: Scopes,
}

impl AccessTokens {
    // ANCHOR: expected
    pub(crate) fn new(key: SigningKey, public_url: &str, lifetime: Duration, clock: Clock) -> Self {
        Self {
            keys: VerificationKeys::from_signing_keys([&key]),
            expected: Expected {
                // RFC 8725 §3.1: one algorithm, that of our key; a token's header chooses nothing.
                algorithms: vec![key.algorithm()],
                // The API is its own issuer and its own audience.
                ..Expected::access_token(public_url, public_url)
            },
            key,
            lifetime,
            clock,
        }
    }
    // ANCHOR_END: expected

    /// How long a token lives.
    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    // ANCHOR: sign
    /// Signs a token of `session` for `scopes`.
    pub(crate) fn sign(&self, session: &Session, scopes: &Scopes) -> Result<String, JwtError> {
        let now = self.clock.now();
        let claims = AccessTokenClaims {
            iss: self.expected.issuer.clone(),
            sub: session.user_id.clone(),
            aud: self.expected.issuer.as_str().into(),
            client_id: CLIENT_ID.to_owned(),
            exp: now + self.lifetime,
            iat: now,
            jti: random_id(22),
            scope: scopes.clone(),
            auth_id: Some(session.id.clone()),
            ..AccessTokenClaims::default()
        };
        self.key.sign(jwt::ACCESS_TOKEN_TYPE, &claims)
    }
    // ANCHOR_END: sign

    // ANCHOR: verify
    /// Verifies all of a token that the token itself can show.
    pub(crate) fn verify(&self, token: &BearerToken) -> Result<Claims, JwtError> {
        let now = self.clock.now();
        let verified = jwt::verify::<AccessTokenClaims>(token.secret(), &self.keys, &self.expected, now)?;
        let session = verified.claims.auth_id.ok_or(JwtError::Missing("auth_id"))?;
        Ok(Claims { session, scopes: verified.claims.scope })
    }
    // ANCHOR_END: verify
}
