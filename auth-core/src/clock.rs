//! Time as the protocol counts it: whole seconds in UTC, read from a clock that tests can move.
//!
//! # Example
//! ```
//! use auth_core::clock::Clock;
//! use std::time::Duration;
//!
//! let (clock, hand) = Clock::manual();
//! let expires = clock.now() + Duration::from_secs(60);
//! assert!(clock.now() < expires);
//! hand.advance(Duration::from_secs(60));
//! assert!(clock.now() >= expires, "a lifetime of 60 s is over after 60 s");
//! ```

use std::ops::{Add, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// An instant: seconds since 1970-01-01T00:00:00Z, the `NumericDate` of RFC 7519 §2 without a
/// fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From seconds since the epoch.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// How long ago `earlier` was; zero if it is not earlier.
    #[must_use]
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0).try_into().unwrap_or(0))
    }
}

// A lifetime's fraction of a second is dropped, and no sum overflows: a lifetime too long to
// count ends at the end of time.
fn seconds(duration: Duration) -> i64 {
    duration.as_secs().try_into().unwrap_or(i64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(seconds(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(seconds(duration)))
    }
}

/// Where the time comes from. Clones tell the same time.
#[derive(Debug, Clone, Default)]
pub struct Clock(Source);

#[derive(Debug, Clone, Default)]
enum Source {
    #[default]
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that starts now and moves only by [`ManualClock::advance`].
    #[must_use]
    pub fn manual() -> (Self, ManualClock) {
        let now = Arc::new(AtomicI64::new(system_now()));
        (Self(Source::Manual(Arc::clone(&now))), ManualClock(now))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(match &self.0 {
            Source::System => system_now(),
            Source::Manual(now) => now.load(Ordering::SeqCst),
        })
    }
}

/// The hand that moves a [`Clock::manual`].
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Moves every clone of the clock forward.
    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(seconds(duration), Ordering::SeqCst);
    }
}

fn system_now() -> i64 {
    // A machine whose clock stands before 1970 is told that it is 1970: nothing is valid then.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, seconds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn sums_saturate_instead_of_overflowing() {
        let end = Timestamp::from_unix(i64::MAX);
        assert_eq!(Timestamp::from_unix(1) + Duration::MAX, end);
        assert_eq!((Timestamp::from_unix(i64::MIN) - Duration::from_secs(1)).unix(), i64::MIN);
        assert_eq!(Timestamp::from_unix(5).saturating_since(end), Duration::ZERO);
        assert_eq!(Timestamp::from_unix(7).saturating_since(Timestamp::from_unix(5)), Duration::from_secs(2));
    }

    #[test]
    fn every_clone_of_a_manual_clock_moves_with_its_hand() {
        let (clock, hand) = Clock::manual();
        let (other, start) = (clock.clone(), clock.now());
        hand.advance(Duration::from_secs(90));
        assert_eq!(clock.now(), start + Duration::from_secs(90));
        assert_eq!(other.now(), clock.now());
    }

    #[test]
    fn a_timestamp_is_a_json_number() {
        assert_eq!(serde_json::to_string(&Timestamp::from_unix(1_300_819_380)).unwrap(), "1300819380");
    }
}
