//! An access token that has been validated.

use super::BearerError;
use crate::clock::Timestamp;
use crate::jwt::AccessTokenClaims;
use crate::scope::Scopes;

// ANCHOR: only_way
/// What a valid access token says. There is no way to make one but a
/// [`TokenValidator`](super::TokenValidator).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    claims: AccessTokenClaims,
}

impl AccessToken {
    pub(super) fn new(claims: AccessTokenClaims) -> Self {
        Self { claims }
    }
    // ANCHOR_END: only_way

    /// Whom the token speaks for: a user, or a client that acts for itself.
    pub fn subject(&self) -> &str {
        &self.claims.sub
    }

    /// The client that presents it.
    pub fn client_id(&self) -> &str {
        &self.claims.client_id
    }

    /// What it allows.
    pub fn scopes(&self) -> &Scopes {
        &self.claims.scope
    }

    /// The end of its life.
    pub fn expires_at(&self) -> Timestamp {
        self.claims.exp
    }

    /// Its own name, for a log. Empty if the authorization server's introspection does not tell.
    pub fn jti(&self) -> &str {
        &self.claims.jti
    }

    /// When the user last signed in.
    pub fn auth_time(&self) -> Option<Timestamp> {
        self.claims.auth_time
    }

    /// Whether it speaks for a user. RFC 9068 §2.2: in the client credentials grant, `sub` is
    /// the client itself. Routes over a user's data must ask this, or a client whose name is
    /// like a user's reads that user's data (RFC 9068 §5).
    pub fn is_user(&self) -> bool {
        self.claims.sub != self.claims.client_id
    }
}

/// Requires a scope that is known only at run time; where it is known before, use
/// [`Scoped`](super::Scoped).
///
/// # Errors
/// [`BearerError::InsufficientScope`] when the token does not have it.
pub fn require(token: &AccessToken, scope: &str) -> Result<(), BearerError> {
    if token.scopes().contains(scope) {
        Ok(())
    } else {
        Err(BearerError::InsufficientScope { required: scope.to_owned() })
    }
}
