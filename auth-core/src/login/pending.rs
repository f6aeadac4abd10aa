use std::time::Duration;

use crate::clock::Timestamp;
use crate::pkce::CodeVerifier;
use crate::secret::{Digest, Nonce, State};

/// How long the user may take at the authorization server.
pub const PENDING_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// A login that has begun: what ties the browser's answer, the code and the ID token to it.
///
/// Keep it on the server, in the session of the browser that began, and take it out before
/// [`Login::callback`](super::Login::callback), which consumes it. A browser with several tabs has
/// several; [`state_digest`](Self::state_digest) tells them apart.
#[derive(Debug)]
// ANCHOR: pending_login
pub struct PendingLogin {
    state: State,
    nonce: Nonce,
    verifier: CodeVerifier,
    created: Timestamp,
}
// ANCHOR_END: pending_login

impl PendingLogin {
    pub(super) fn generate(now: Timestamp) -> Self {
        Self {
            state: State::generate(),
            nonce: Nonce::generate(),
            verifier: CodeVerifier::generate(),
            created: now,
        }
    }

    /// Under which to keep it: the digest of the `state` that the browser will bring back.
    #[must_use]
    pub fn state_digest(&self) -> Digest {
        self.state.digest()
    }

    /// When it began.
    #[must_use]
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// Whether the user took too long.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now.saturating_since(self.created) >= PENDING_LIFETIME
    }

    /// Compared in constant time.
    pub(super) fn is_for(&self, state: &str) -> bool {
        self.state.matches(&State::new(state))
    }

    pub(super) fn state(&self) -> &str {
        self.state.secret()
    }

    pub(super) fn nonce(&self) -> &str {
        self.nonce.secret()
    }

    pub(super) fn verifier(&self) -> &str {
        self.verifier.secret()
    }
}
