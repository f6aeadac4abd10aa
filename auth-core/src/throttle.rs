//! Throttles: how often one caller may try.
//!
//! [RFC 6749 §10.10](https://www.rfc-editor.org/rfc/rfc6749#section-10.10) wants guessing prevented
//! wherever it can be tried: passwords, client secrets, codes, tokens; §2.3.1 and §4.3.2 name brute
//! force. An attempt counts whether it succeeds or not, so that nobody earns new guesses by signing
//! in to an account of their own.
//!
//! The state lives in this process. Several servers behind one address each count for themselves:
//! divide the limits by their number, or count at the proxy in front of them.
//!
//! # Example
//! ```
//! use std::time::Duration;
//! use auth_core::throttle::Throttle;
//!
//! let throttle = Throttle::new("token endpoint", 2, Duration::from_secs(60));
//! assert!(throttle.check("s6BhdRkqt3").is_ok());
//! assert!(throttle.check("s6BhdRkqt3").is_ok());
//! let retry_after = throttle.check("s6BhdRkqt3").unwrap_err();
//! assert!((1..=30).contains(&retry_after.seconds()));
//! assert!(throttle.check("another client").is_ok());
//! ```

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::peer::throttle_key;

/// So many buckets at most, whatever keys callers invent: memory stays bounded without a rule
/// about whom to forget. Two keys share one by chance, and the hash is keyed anew in each process,
/// so that nobody can aim at somebody else's.
const BUCKETS: u64 = 1 << 20;

/// Buckets that are full again are dropped once in so many checks.
const SWEEP_EVERY: u32 = 4096;

/// Allows a burst of attempts for each key and refills it evenly. Clones share their state.
#[derive(Clone)]
pub struct Throttle(Arc<Inner>);

struct Inner {
    name: &'static str,
    limiter: DefaultKeyedRateLimiter<u64>,
    clock: DefaultClock,
    hasher: RandomState,
    checks: AtomicU32,
}

/// Wait this long: the value for `Retry-After` (RFC 9110 §10.2.3) of a 429 (RFC 6585 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; try again in {0} s")]
pub struct RetryAfter(u64);

impl RetryAfter {
    /// In whole seconds, at least one.
    pub fn seconds(self) -> u64 {
        self.0
    }
}

impl Throttle {
    /// At most `burst` attempts at once for a key, and `burst` more in each `per` after that.
    /// The name is for the log. A zero counts as one.
    pub fn new(name: &'static str, burst: u32, per: Duration) -> Throttle {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let refill = (per / burst.get()).max(Duration::from_nanos(1));
        let quota = Quota::with_period(refill).unwrap_or_else(|| Quota::per_second(burst)).allow_burst(burst);
        Throttle(Arc::new(Inner {
            name,
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            hasher: RandomState::new(),
            checks: AtomicU32::new(0),
        }))
    }

    /// Counts an attempt of this key, or says when the next one may come.
    pub fn check(&self, key: &str) -> Result<(), RetryAfter> {
        let inner = &self.0;
        if inner.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            inner.limiter.retain_recent();
            inner.limiter.shrink_to_fit();
        }
        let bucket = inner.hasher.hash_one(key) % BUCKETS;
        inner.limiter.check_key(&bucket).map_err(|denied| {
            let wait = denied.wait_time_from(inner.clock.now());
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            // The key may be a user's name, so the log gets only the throttle's.
            tracing::warn!(throttle = inner.name, seconds, "throttled");
            RetryAfter(seconds.max(1))
        })
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle").field("name", &self.0.name).finish_non_exhaustive()
    }
}

/// The throttle of a login form: per account, so that many addresses can't guess one password,
/// and per address, so that one can't try a common password on every account.
#[derive(Debug, Clone)]
pub struct LoginThrottle {
    by_account: Throttle,
    by_peer: Throttle,
}

impl LoginThrottle {
    /// `per_account` and `per_peer` attempts at once, and as many again in each `per`.
    pub fn new(per_account: u32, per_peer: u32, per: Duration) -> LoginThrottle {
        LoginThrottle {
            by_account: Throttle::new("login by account", per_account, per),
            by_peer: Throttle::new("login by peer address", per_peer, per),
        }
    }

    // ANCHOR: login_throttle
    /// Counts an attempt to sign in; call it before the password is looked at.
    ///
    /// The account counts whether or not it exists, or the throttle would tell which do. The
    /// address comes first: one that is already held back uses up nobody's attempts.
    pub fn check(&self, account: &str, peer: IpAddr) -> Result<(), RetryAfter> {
        self.by_peer.check(&throttle_key(peer))?;
        self.by_account.check(account)
    }
    // ANCHOR_END: login_throttle
}

impl Default for LoginThrottle {
    /// Ten attempts per account and fifty per address in five minutes.
    fn default() -> LoginThrottle {
        LoginThrottle::new(10, 50, Duration::from_secs(300))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn attempts_come_back_with_time() {
        let throttle = Throttle::new("test", 1, Duration::from_secs(1));
        throttle.check("a").unwrap();
        assert_eq!(throttle.check("a"), Err(RetryAfter(1)));
        std::thread::sleep(Duration::from_millis(1100));
        throttle.check("a").unwrap();
    }

    #[test]
    fn the_wait_is_rounded_up() {
        let throttle = Throttle::new("test", 1, HOUR);
        throttle.check("a").unwrap();
        assert_eq!(throttle.check("a").unwrap_err().seconds(), 3600);
    }

    #[test]
    fn a_sweep_forgets_nobody_who_is_held_back() {
        let throttle = Throttle::new("test", 1, HOUR);
        throttle.check("held back").unwrap();
        for i in 0..2 * SWEEP_EVERY {
            let _ = throttle.check(&format!("caller {i}"));
        }
        throttle.check("held back").unwrap_err();
    }

    #[test]
    fn one_account_is_protected_from_many_addresses() {
        let login = LoginThrottle::new(3, 100, HOUR);
        let peer = |n: u8| IpAddr::from([203, 0, 113, n]);
        for n in 0..3 {
            login.check("alice", peer(n)).unwrap();
        }
        login.check("alice", peer(9)).unwrap_err();
        login.check("bob", peer(9)).unwrap();
    }

    #[test]
    fn one_address_cannot_try_every_account_nor_lock_them() {
        let login = LoginThrottle::new(1, 2, HOUR);
        let attacker = IpAddr::from([203, 0, 113, 7]);
        login.check("a", attacker).unwrap();
        login.check("b", attacker).unwrap();
        login.check("alice", attacker).unwrap_err();
        login.check("alice", IpAddr::from([198, 51, 100, 1])).unwrap();
    }

    #[test]
    fn a_whole_ipv6_network_counts_as_one_address() {
        let login = LoginThrottle::new(100, 1, HOUR);
        login.check("a", "2001:db8:1:2::1".parse().unwrap()).unwrap();
        login.check("b", "2001:db8:1:2::2".parse().unwrap()).unwrap_err();
        login.check("c", "2001:db8:1:3::1".parse().unwrap()).unwrap();
    }
}
