//! How long to leave a server alone that is in trouble.

use std::time::Duration;

use http::{HeaderMap, header};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::clock::Timestamp;
use crate::secret::random_bytes;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
/// A server may ask for more than [`LONGEST`], but not for a day.
const LONGEST_ASKED_FOR: Duration = Duration::from_secs(60 * 60);

/// Delays that double from one second to one minute. Each is cut by a random part of up to a
/// half, so that clients that failed together do not come back together.
///
/// ```
/// use std::time::Duration;
/// use auth_core::token_source::Backoff;
///
/// let mut backoff = Backoff::default();
/// assert!(backoff.next_delay(None) <= Duration::from_secs(1));
/// assert!(backoff.next_delay(None) <= Duration::from_secs(2));
/// // A server that says when to come back is not asked before.
/// assert!(backoff.next_delay(Some(Duration::from_secs(30))) >= Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The delay after one more failure in a row; at least `retry_after`, if the server gave one.
    // ANCHOR: next_delay
    pub fn next_delay(&mut self, retry_after: Option<Duration>) -> Duration {
        let full = FIRST.saturating_mul(1_u32 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        match retry_after {
            None => full / 2 + jitter(full / 2),
            // What was asked for is the least: the random part comes on top.
            Some(asked) => asked.min(LONGEST_ASKED_FOR) + jitter(FIRST),
        }
    }
    // ANCHOR_END: next_delay
}

/// A random duration up to `most`.
fn jitter(most: Duration) -> Duration {
    let fraction = f64::from(u32::from_be_bytes(random_bytes())) / f64::from(u32::MAX);
    most.mul_f64(fraction)
}

/// The `Retry-After` of an answer, RFC 9110 §10.2.3: seconds or a date.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = OffsetDateTime::parse(value, &Rfc2822).ok()?;
    Some(Timestamp::from_unix(date.unix_timestamp()).saturating_since(now))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use http::HeaderValue;

    use super::*;

    #[test]
    fn delays_double_up_to_a_minute_and_differ() {
        let mut backoff = Backoff::default();
        for full in [1, 2, 4, 8, 16, 32, 60, 60] {
            let (delay, full) = (backoff.next_delay(None), Duration::from_secs(full));
            assert!(full / 2 <= delay && delay <= full, "{delay:?} of {full:?}");
        }
        for _ in 0..100 {
            assert!(backoff.next_delay(None) <= LONGEST);
        }
        let delays: std::collections::HashSet<_> =
            (0..20).map(|_| Backoff::default().next_delay(None)).collect();
        assert!(delays.len() > 10, "jitter");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::from_unix(784_111_777);
        let read = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static(value))]);
            retry_after(&headers, now)
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(read("120"), seconds(120));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:37 GMT"), seconds(60));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), seconds(0));
        assert_eq!((read("soon"), read("-1"), read("")), (None, None, None));
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn a_server_cannot_send_its_clients_away_for_ever() {
        let delay = Backoff::default().next_delay(Some(Duration::MAX));
        assert!(delay <= LONGEST_ASKED_FOR + FIRST);
    }
}
