//! How often one client at one address may call the token endpoint and its neighbours.
//!
//! Two limits of the same number: one on all requests, which only a runaway loop meets, and one on
//! failures, each of which weighs as much as many requests. An honest client hardly ever fails.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use auth_core::peer::throttle_key;
use auth_core::secret::Digest;
use auth_core::throttle::Throttle;

const WINDOW: Duration = Duration::from_secs(60);

/// So many counts at most, whatever clients callers make up: memory stays bounded without a rule about whom
/// to forget, which would be a way to be forgotten. Two callers share one by chance.
const BUCKETS: u64 = 1 << 17;

/// The throttle of the endpoints that clients call directly.
#[derive(Debug)]
pub(crate) struct ClientThrottle {
    requests: Throttle,
    failures: Failures,
}

/// A caller, as the throttle counts: this client at this address.
#[derive(Clone)]
pub(crate) struct Caller(String);

impl Caller {
    /// The client id is what the request says and may be made up; it is digested, so that a long
    /// one costs no memory.
    pub(crate) fn new(peer: IpAddr, client_id: &str) -> Self {
        let client = Digest::of(client_id.as_bytes()).to_hex();
        Self(format!("{} {client}", throttle_key(peer)))
    }
}

impl ClientThrottle {
    pub(crate) fn new(requests_per_minute: u32) -> Self {
        Self {
            requests: Throttle::new("client endpoints", requests_per_minute, WINDOW),
            failures: Failures::new(requests_per_minute),
        }
    }

    /// Counts a request; or how many seconds its caller must wait.
    pub(crate) fn check(&self, caller: &Caller) -> Result<(), u64> {
        self.failures.check(caller, Instant::now())?;
        self.requests.check(&caller.0).map_err(|wait| wait.seconds())
    }

    /// Counts a failure as so many requests.
    pub(crate) fn failed(&self, caller: &Caller, weight: u32) {
        if weight > 0 {
            self.failures.count(caller, weight, Instant::now());
        }
    }
}

/// Failures per caller in a window that begins with the first of them. Unlike a [`Throttle`] it
/// can be asked without counting, so that successes use nothing up.
#[derive(Debug)]
struct Failures {
    limit: u32,
    hasher: RandomState,
    buckets: Mutex<HashMap<u64, (Instant, u32)>>,
}

impl Failures {
    fn new(limit: u32) -> Self {
        Self { limit, hasher: RandomState::new(), buckets: Mutex::default() }
    }

    fn check(&self, caller: &Caller, now: Instant) -> Result<(), u64> {
        match self.buckets().get(&self.bucket(caller)) {
            Some((since, failures)) if *failures >= self.limit => {
                let left = WINDOW.saturating_sub(now.saturating_duration_since(*since));
                if left.is_zero() { Ok(()) } else { Err(left.as_secs() + 1) }
            }
            _ => Ok(()),
        }
    }

    fn count(&self, caller: &Caller, weight: u32, now: Instant) {
        let mut buckets = self.buckets();
        let entry = buckets.entry(self.bucket(caller)).or_insert((now, 0));
        if now.saturating_duration_since(entry.0) >= WINDOW {
            *entry = (now, 0);
        }
        entry.1 = entry.1.saturating_add(weight);
    }

    fn bucket(&self, caller: &Caller) -> u64 {
        self.hasher.hash_one(&caller.0) % BUCKETS
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<u64, (Instant, u32)>> {
        // A count is right even when a thread has panicked beside it.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(client: &str) -> Caller {
        Caller::new(IpAddr::from([203, 0, 113, 7]), client)
    }

    #[test]
    fn failures_stop_a_caller_long_before_successes_would() {
        let throttle = ClientThrottle::new(150);
        for _ in 0..3 {
            assert_eq!(throttle.check(&caller("a")), Ok(()));
            throttle.failed(&caller("a"), 50);
        }
        assert!(matches!(throttle.check(&caller("a")), Err(1..=61)));
        for _ in 0..150 {
            assert_eq!(throttle.check(&caller("b")), Ok(()));
        }
        assert!(throttle.check(&caller("b")).is_err());
    }

    #[test]
    fn failures_are_forgotten_after_the_window() {
        let failures = Failures::new(1);
        let (begin, one) = (Instant::now(), caller("a"));
        failures.count(&one, 1, begin);
        assert_eq!(failures.check(&one, begin), Err(61));
        assert_eq!(failures.check(&one, begin + WINDOW), Ok(()));
        failures.count(&one, 1, begin + WINDOW);
        assert!(failures.check(&one, begin + WINDOW).is_err());
    }

    #[test]
    fn made_up_callers_hide_nobody_and_take_no_more_memory() {
        let (failures, now) = (Failures::new(3), Instant::now());
        for i in 0..2 * BUCKETS {
            failures.count(&Caller(i.to_string()), 1, now);
        }
        assert!(failures.buckets().len() as u64 <= BUCKETS);
        let guesser = caller("a");
        for _ in 0..3 {
            failures.count(&guesser, 1, now);
        }
        assert!(failures.check(&guesser, now).is_err());
    }
}
