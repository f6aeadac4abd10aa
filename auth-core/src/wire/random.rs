//! What looks random, and so may be a secret; and what may be said of it.

#[cfg(any(feature = "axum", feature = "actix"))]
use super::Value;
#[cfg(any(feature = "axum", feature = "actix"))]
use crate::secret::Digest;

/// From this length on a run of characters is taken for a secret where it stands in a text.
const RUN: usize = 20;
/// Characters of 64 kinds that hold 128 bits.
#[cfg(any(feature = "axum", feature = "actix"))]
const LONG_ENOUGH: usize = 22;

/// Whether it looks like a value that a program drew. Words have no digits between their letters; identifiers such
/// as a UUID have short parts.
pub(super) fn looks_random(run: &str) -> bool {
    let has = |text: &str, is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    let part = run.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|part| part.len()).unwrap_or("");
    let capitals = part.bytes().filter(u8::is_ascii_uppercase).count();
    let small = part.bytes().filter(u8::is_ascii_lowercase).count();
    let digits = part.len() - capitals - small;
    if part.len() >= RUN && capitals + small > 0 {
        // One random value in fifty has no digit among its first twenty-two characters.
        return digits > 0 || capitals.min(small) * 4 >= part.len();
    }
    // In a random value every other character is of another kind than the one before; in words, one of four.
    let kind = |byte: &u8| (byte.is_ascii_uppercase(), byte.is_ascii_lowercase(), byte.is_ascii_digit());
    let letters: Vec<u8> = run.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let changes = letters.windows(2).filter(|two| kind(&two[0]) != kind(&two[1])).count();
    if run.len() >= 2 * RUN && changes * 5 >= letters.len() * 2 {
        return true;
    }
    let all_kinds =
        has(run, u8::is_ascii_uppercase) && has(run, u8::is_ascii_lowercase) && has(run, u8::is_ascii_digit);
    run.len() >= RUN && part.len() >= RUN / 2 && all_kinds
}

/// Six hexadecimal digits, which are the same for the same value.
#[cfg(any(feature = "axum", feature = "actix"))]
pub(super) fn fingerprint(value: &str) -> String {
    Digest::of(value.as_bytes()).to_hex().chars().take(6).collect()
}

/// A value that is not shown. `random` says that its name promises a random one; of a passphrase, which is long as
/// well, even six digits would help to check a guess.
#[cfg(any(feature = "axum", feature = "actix"))]
pub(super) fn redacted(value: &str, random: bool) -> Value {
    let plain = || value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
    let random = random && value.len() >= LONG_ENOUGH && plain() && looks_random(value);
    Value::Redacted { bytes: value.len(), fingerprint: random.then(|| fingerprint(value)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{random_id, random_token};

    #[test]
    fn our_own_random_values_look_random() {
        let missed = |value: &dyn Fn() -> String| (0..1000).filter(|_| !looks_random(&value())).count();
        assert!(missed(&random_token) <= 1);
        assert!(missed(&|| random_id(24)) <= 5);
        // As a name of a header field is sent on.
        assert!(missed(&|| random_id(24).to_lowercase()) <= 50);
    }

    #[test]
    fn words_and_identifiers_do_not() {
        for plain in [
            "correct-horse-battery-staple",
            "Correct-Horse-Battery-Staple-and-Another-Horse-4",
            "code_challenge_methods_supported",
            "client-credentials-worker",
            "notes-client-a1B2c3",
            "0194f000-0000-7000-8000-00000000abcd",
            "CorrectHorseBatteryStaple",
            "12345678901234567890",
            "",
        ] {
            assert!(!looks_random(plain), "{plain}");
        }
    }
}
