//! Sessions on the server, in memory: the logins that a browser has begun, and who is signed in.
//!
//! A session is never changed in place. Signing in makes a new one under a new secret, so that a
//! secret which somebody planted or saw before the login is worth nothing after it (session
//! fixation), and no parallel request can write an old state over a new one. What must change
//! while a session lives, its tokens and its pending logins, has a lock of its own.
//!
//! Bounds: the oldest sessions go first, and those of strangers never push out those of users. An
//! app that runs on several machines keeps the same two maps in a store that they share.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use auth_core::clock::{Clock, Timestamp};
use auth_core::login::{PENDING_LIFETIME, PendingLogin};
use auth_core::secret::{Digest, SessionSecret};
use moka::future::Cache;
use moka::policy::EvictionPolicy;

use crate::signed_in::SignedIn;

/// How long a user stays signed in here, whatever they do.
pub(crate) const SESSION_LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);
/// How many browsers are remembered: users, and, separately, strangers who began to sign in.
const CAPACITY: u64 = 10_000;
/// How many logins one browser may have begun, in as many tabs.
const PENDING_AT_ONCE: usize = 8;

pub(crate) struct Sessions {
    strangers: Cache<Digest, Arc<Session>>,
    users: Cache<Digest, Arc<Session>>,
    clock: Clock,
}

/// What the server knows about one browser.
#[derive(Default)]
pub(crate) struct Session {
    /// Shared with the session that follows a sign-in, for other tabs may still be at the provider.
    pub(crate) pending: Arc<PendingLogins>,
    pub(crate) signed_in: Option<SignedIn>,
    began: Option<Timestamp>,
}

impl Sessions {
    pub(crate) fn new(clock: Clock) -> Self {
        let cache = |lifetime| {
            Cache::builder()
                .max_capacity(CAPACITY)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_live(lifetime)
                .build()
        };
        // A login begun just before the end still has its time.
        Self { strangers: cache(PENDING_LIFETIME * 2), users: cache(SESSION_LIFETIME), clock }
    }

    /// The session of a cookie. Stored under the secret's digest, so that neither the lookup's
    /// time nor a copy of this memory's keys helps to guess one.
    pub(crate) async fn find(&self, id: &Digest) -> Option<Arc<Session>> {
        let Some(session) = self.users.get(id).await else { return self.strangers.get(id).await };
        let age = session.began.map(|began| self.clock.now().saturating_since(began));
        if age.is_some_and(|age| age >= SESSION_LIFETIME) {
            self.users.invalidate(id).await;
            return None;
        }
        Some(session)
    }

    /// A new session for a browser that has none.
    pub(crate) async fn begin(&self) -> (SessionSecret, Arc<Session>) {
        let (secret, session) = (SessionSecret::generate(), Arc::new(Session::default()));
        self.strangers.insert(secret.digest(), Arc::clone(&session)).await;
        (secret, session)
    }

    /// A new session, under a new secret, for a browser whose user has just signed in; the old
    /// one is gone.
    // ANCHOR: sign_in
    pub(crate) async fn sign_in(&self, old: Option<(Digest, &Session)>, user: SignedIn) -> SessionSecret {
        let secret = SessionSecret::generate();
        let pending = old.map(|(_, session)| Arc::clone(&session.pending)).unwrap_or_default();
        let session = Session { pending, signed_in: Some(user), began: Some(self.clock.now()) };
        if let Some((id, _)) = old {
            self.end(&id).await;
        }
        self.users.insert(secret.digest(), Arc::new(session)).await;
        secret
    }
    // ANCHOR_END: sign_in

    /// Forgets a session.
    pub(crate) async fn end(&self, id: &Digest) {
        self.users.invalidate(id).await;
        self.strangers.invalidate(id).await;
    }
}

/// The logins that a browser has begun and not finished.
#[derive(Default)]
pub(crate) struct PendingLogins(Mutex<VecDeque<PendingLogin>>);

impl PendingLogins {
    /// Keeps one; of too many the oldest goes.
    pub(crate) fn keep(&self, login: PendingLogin) {
        let mut logins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if logins.len() >= PENDING_AT_ONCE {
            logins.pop_front();
        }
        logins.push_back(login);
    }

    /// Takes the one with this `state` out, so that an answer counts once.
    pub(crate) fn take(&self, state: &str) -> Option<PendingLogin> {
        let digest = Digest::of(state.as_bytes());
        let mut logins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let position = logins.iter().position(|login| login.state_digest() == digest)?;
        logins.remove(position)
    }
}
