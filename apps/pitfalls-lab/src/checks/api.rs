//! What the API checks.

use std::net::IpAddr;

use auth_core::clock::Timestamp;
use auth_core::jwt::{self, AccessTokenClaims, Expected, JwtError, VerificationKeys};
use auth_core::peer::TrustedProxies;
use auth_core::secret::SigningSecret;
use auth_core::settings::{SettingsError, refuse_weak_secret};

/// An access token that came with a request.
#[derive(Debug)]
pub struct AccessTokenCheck<'a> {
    /// The token.
    pub token: &'a str,
    /// The keys that the authorization server publishes.
    pub keys: &'a VerificationKeys,
    /// The same keys as the bytes that anybody can download.
    pub published: &'a str,
    /// The authorization server.
    pub issuer: &'a str,
    /// This API.
    pub audience: &'a str,
    /// The client of the same company, whose tokens one is tempted to accept as well.
    pub own_client: &'a str,
    /// Now.
    pub now: Timestamp,
}

pub(super) fn access_token(check: &AccessTokenCheck<'_>) -> Result<AccessTokenClaims, JwtError> {
    // RFC 9068 §4: type, signature, issuer, audience, time.
    let expected = Expected::access_token(check.issuer, check.audience);
    jwt::verify(check.token, check.keys, &expected, check.now).map(|verified| verified.claims)
}

pub(super) fn signing_secret(configured: &str) -> Result<SigningSecret, SettingsError> {
    // RFC 8725 §3.5: a key with enough entropy, and not one that others have read.
    refuse_weak_secret("SECRET_KEY", configured, 32)?;
    Ok(SigningSecret::new(configured))
}

/// A session of the API that a valid session token names.
#[derive(Clone, Copy, Debug)]
pub struct SessionState {
    /// Whether the user logged out, or changed the password, since the token was issued.
    pub ended: bool,
    /// When the token was issued.
    pub issued: Timestamp,
    /// Now.
    pub now: Timestamp,
}

pub(super) fn session(state: &SessionState) -> bool {
    // RFC 7009 §2.1: after a revocation the token is of no use any more.
    !state.ended
}

/// Where a request comes from: what the socket knows, and what the request says.
#[derive(Clone, Copy, Debug)]
pub struct PeerCheck<'a> {
    /// The other end of the connection.
    pub socket: IpAddr,
    /// All values of `X-Forwarded-For`.
    pub x_forwarded_for: &'a [&'a str],
    /// All values of `Forwarded`.
    pub forwarded: &'a [&'a str],
}

pub(super) fn peer(check: &PeerCheck<'_>) -> IpAddr {
    // Nobody stands before this server, so no header speaks for anybody.
    TrustedProxies::default().peer_address(check.socket, check.x_forwarded_for, check.forwarded)
}
