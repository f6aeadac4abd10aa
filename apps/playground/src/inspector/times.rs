//! Times and lengths of time, for people.

use time::OffsetDateTime;
use time::macros::format_description;

/// `22 November 2026, 08:36:57 UTC`. Nothing for what is no time.
pub(super) fn date(seconds: i64) -> Option<String> {
    let format =
        format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute]:[second] UTC");
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(format).ok()
}

/// `08:36:57`, in UTC.
pub(super) fn clock(microseconds: u64) -> String {
    let format = format_description!("[hour]:[minute]:[second]");
    let at = i64::try_from(microseconds / 1_000_000).ok();
    let at = at.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    at.and_then(|at| at.format(format).ok()).unwrap_or_default()
}

/// `9 min 59 s`: the two largest units.
pub(super) fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (length, unit) in UNITS {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count} {unit}"));
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// How long an answer took: `12 ms`, `1.4 s`.
pub(super) fn took(microseconds: u64) -> String {
    match microseconds {
        0..1_000 => "under 1 ms".to_owned(),
        1_000..1_000_000 => format!("{} ms", microseconds / 1_000),
        _ => format!("{}.{} s", microseconds / 1_000_000, microseconds / 100_000 % 10),
    }
}

/// `in 9 min 59 s`, `12 s before`: how `seconds` lies to the message's own time.
pub(super) fn relative(seconds: i64, message_us: u64) -> String {
    let now = i64::try_from(message_us / 1_000_000).unwrap_or(i64::MAX);
    match seconds.saturating_sub(now) {
        0 => "at that moment".to_owned(),
        later @ 1.. => format!("{} later", span(later.unsigned_abs())),
        earlier => format!("{} before", span(earlier.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_claim_is_a_date() {
        assert_eq!(date(1_795_336_617).unwrap(), "22 November 2026, 08:36:57 UTC");
        assert_eq!(date(i64::MAX), None);
        assert_eq!(clock(1_795_336_617_000_000), "08:36:57");
        assert_eq!(clock(u64::MAX), "");
    }

    #[test]
    fn a_span_has_its_two_largest_units() {
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (600, "10 min"),
            (601, "10 min 1 s"),
            (3_601, "1 h"),
            (90_061, "1 d 1 h"),
        ] {
            assert_eq!(span(seconds), expected);
        }
        assert_eq!([took(999), took(12_345), took(1_450_000)], ["under 1 ms", "12 ms", "1.4 s"]);
    }

    #[test]
    fn a_time_is_set_against_the_messages_own() {
        let message = 1_000_000_000;
        assert_eq!(relative(1_600, message), "10 min later");
        assert_eq!(relative(990, message), "10 s before");
        assert_eq!(relative(1_000, message), "at that moment");
    }
}
