use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::secret::decode_hex_32;
use crate::settings::SettingsError;

const MAKE_ONE: &str = "make one with `openssl rand -hex 32`";

/// Reads a secret from the environment variable `NAME`, or from the file that `NAME_FILE` names
/// (the way of Docker, Kubernetes and systemd). `None` if neither is set.
///
/// One line break at the end of the file is not part of the secret. A file that other users of
/// the machine may read is a warning in the log.
///
/// # Errors
/// [`SettingsError`] when both are set, when the secret is empty, and when the file cannot be read.
pub fn secret_from_env(name: &str) -> Result<Option<String>, SettingsError> {
    let file_name = format!("{name}_FILE");
    secret_from(name, environment(name)?, environment(&file_name)?)
}

fn environment(name: &str) -> Result<Option<String>, SettingsError> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(SettingsError::new(name, "is not UTF-8", "write it in printable characters"))
        }
    }
}

/// The decision of [`secret_from_env`], apart from the environment: changing that is `unsafe` in
/// edition 2024, so tests could not.
fn secret_from(
    name: &str,
    value: Option<String>,
    file: Option<String>,
) -> Result<Option<String>, SettingsError> {
    let secret = match (value, file) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(SettingsError::new(name, format!("and {name}_FILE are both set"), "set one of them"));
        }
        (Some(secret), None) => secret,
        (None, Some(path)) => read_secret_file(&format!("{name}_FILE"), Path::new(&path))?,
    };
    if secret.is_empty() {
        return Err(SettingsError::new(
            name,
            "is empty",
            "give it a value, or leave it out: --help says what happens then",
        ));
    }
    Ok(Some(secret))
}

fn read_secret_file(setting: &str, path: &Path) -> Result<String, SettingsError> {
    let mut secret = std::fs::read_to_string(path).map_err(|error| {
        SettingsError::new(
            setting,
            format!("names the file {}, which cannot be read ({error})", path.display()),
            "check the path and who may read it",
        )
    })?;
    warn_if_others_may_read(setting, path);
    if secret.ends_with('\n') {
        secret.pop();
        if secret.ends_with('\r') {
            secret.pop();
        }
    }
    Ok(secret)
}

#[cfg(unix)]
pub(crate) fn warn_if_others_may_read(setting: &str, path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0) {
        tracing::warn!(setting, path = %path.display(), "every user of this machine may read this secret: chmod o-rwx");
    }
}

#[cfg(not(unix))]
pub(crate) fn warn_if_others_may_read(_setting: &str, _path: &Path) {}

/// Refuses a secret that an attacker would try first: short, repetitive, or published.
///
/// It cannot tell that a secret is random; it can tell that it is not.
///
/// # Errors
/// [`SettingsError`], which names the setting and how to make a good one, and never the value.
pub fn refuse_weak_secret(name: &str, secret: &str, min_bytes: usize) -> Result<(), SettingsError> {
    let refuse = |problem: String| Err(SettingsError::new(name, problem, MAKE_ONE));
    // ANCHOR: published_secrets
    // Of the FastAPI security tutorial, and of countless answers and templates.
    const PUBLISHED: [&str; 8] = [
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "your-secret-key",
        "your_secret_key",
        "secret-key",
        "changeme",
        "change-me",
        "supersecret",
        "django-insecure",
    ];
    let lower = secret.to_ascii_lowercase();
    if PUBLISHED.iter().any(|published| lower.contains(published)) || lower == "secret" {
        return refuse("is the example of a published tutorial".to_owned());
    }
    if is_of_the_lab(secret) {
        return refuse("is a secret of the pitfalls lab".to_owned());
    }
    if secret.len() < min_bytes {
        return refuse(format!("is too short ({} bytes, and {min_bytes} are needed)", secret.len()));
    }
    // ANCHOR_END: published_secrets
    if is_repetitive(secret.as_bytes()) {
        return refuse("repeats a pattern".to_owned());
    }
    Ok(())
}

/// Whether a secret or a password is one of the pitfalls lab: all of them say so, and everybody can
/// read them there.
pub fn is_of_the_lab(secret: &str) -> bool {
    secret.contains("LAB-ONLY")
}

/// Whether the bytes are one pattern of at most a quarter of their length again and again, or use
/// fewer than eight different characters. 64 random hexadecimal digits have at least eight but for
/// one case in 10^13.
fn is_repetitive(bytes: &[u8]) -> bool {
    let distinct: std::collections::BTreeSet<_> = bytes.iter().collect();
    let repeats = |period: usize| bytes.iter().zip(&bytes[period..]).all(|(one, other)| one == other);
    distinct.len() < 8 || (1..=bytes.len() / 4).any(repeats)
}

/// Reads a key of exactly 32 bytes, written in hexadecimal or in base64 (either alphabet, with or
/// without padding), and refuses one that is no random key.
///
/// # Errors
/// [`SettingsError`], which names the setting and how to make a good one, and never the value.
pub fn parse_key_32(name: &str, text: &str) -> Result<[u8; 32], SettingsError> {
    refuse_weak_secret(name, text, 43)?;
    decode_hex_32(text)
        .or_else(|| {
            [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
                .into_iter()
                .find_map(|alphabet| alphabet.decode(text).ok()?.try_into().ok())
        })
        .ok_or_else(|| SettingsError::new(name, "is not 32 bytes in hexadecimal or base64", MAKE_ONE))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::secret::{Digest, random_bytes, random_token};

    fn from_file(content: &str) -> Result<Option<String>, SettingsError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        secret_from("S", None, Some(file.path().to_str().unwrap().to_owned()))
    }

    #[test]
    fn a_secret_comes_from_the_variable_or_from_the_file() {
        assert_eq!(secret_from("S", None, None), Ok(None));
        assert_eq!(secret_from("S", Some("value".to_owned()), None), Ok(Some("value".to_owned())));
        for (content, secret) in
            [("value", "value"), ("value\n", "value"), (" v \r\n", " v "), ("v\n\n", "v\n")]
        {
            assert_eq!(from_file(content), Ok(Some(secret.to_owned())));
        }
    }

    #[test]
    fn what_is_ambiguous_empty_or_unreadable_is_refused_and_named() {
        let both = secret_from("S", Some("x".to_owned()), Some("y".to_owned())).unwrap_err();
        assert_eq!(both.to_string(), "S and S_FILE are both set: set one of them");
        assert_eq!(
            secret_from("S", Some(String::new()), None).unwrap_err().to_string(),
            "S is empty: give it a value, or leave it out: --help says what happens then"
        );
        assert_eq!(from_file("\n").unwrap_err().setting, "S");
        let missing = secret_from("S", None, Some("/nonexistent/secret".to_owned())).unwrap_err();
        assert!(
            missing
                .to_string()
                .starts_with("S_FILE names the file /nonexistent/secret, which cannot be read")
        );
    }

    #[test]
    fn random_secrets_are_accepted() {
        for _ in 0..200 {
            assert_eq!(refuse_weak_secret("S", &random_token(), 32), Ok(()));
            assert_eq!(refuse_weak_secret("S", &Digest::of(random_token().as_bytes()).to_hex(), 32), Ok(()));
        }
    }

    #[test]
    fn weak_secrets_are_refused_without_being_repeated() {
        for weak in [
            "your-secret-key",
            "Your-Secret-Key-please-do-replace-this-1234567890",
            "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
            "changeme",
            "secret",
            "tooshort",
            &"a".repeat(64),
            &"abcdefgh".repeat(8),
            &"01".repeat(32),
            &format!("LAB-ONLY-{}", random_token()),
        ] {
            let error = refuse_weak_secret("SECRET_KEY", weak, 32).unwrap_err().to_string();
            assert!(error.starts_with("SECRET_KEY ") && error.ends_with("`openssl rand -hex 32`"), "{error}");
            assert!(!error.contains(weak) || weak == "secret", "{error}");
        }
    }

    #[test]
    fn a_key_is_32_bytes_in_hexadecimal_or_base64() {
        let key: [u8; 32] = random_bytes();
        let hex: String = Digest::from_bytes(key).to_hex();
        for text in [
            hex.to_uppercase(),
            hex,
            STANDARD.encode(key),
            URL_SAFE_NO_PAD.encode(key),
            STANDARD_NO_PAD.encode(key),
        ] {
            assert_eq!(parse_key_32("AS_MASTER_KEY", &text), Ok(key));
        }
        for bad in [
            STANDARD.encode([0; 32]),
            STANDARD.encode(random_bytes::<33>()),
            format!("{}!", random_token()),
            String::new(),
        ] {
            let error = parse_key_32("AS_MASTER_KEY", &bad).unwrap_err();
            assert_eq!((error.setting.as_str(), &*error.remedy), ("AS_MASTER_KEY", MAKE_ONE));
        }
    }
}
