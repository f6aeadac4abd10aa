//! Where the key of the access tokens comes from. None is built in, and none has a default.

use std::path::Path;

use auth_core::{
    jwt::{Algorithm, SigningKey},
    secret::SigningSecret,
    settings::{SettingsError, refuse_weak_secret, secret_from_env},
};

const SETTING: &str = "SECRET_KEY";
const MAKE_ONE: &str = "make one with `openssl rand -hex 32`";

/// The key that the settings name: `SECRET_KEY` or `SECRET_KEY_FILE` (HS256), or a PEM file with
/// an Ed25519 or P-256 private key. With `dev` and no key at all, one of its own, kept in `data`.
pub(crate) fn load(key_file: Option<&Path>, dev: bool, data: &Path) -> Result<SigningKey, SettingsError> {
    match (secret_from_env(SETTING)?, key_file) {
        (Some(_), Some(_)) => {
            Err(SettingsError::new(SETTING, "and SIGNING_KEY_FILE are both set", "set one of them"))
        }
        (Some(secret), None) => from_secret(secret),
        (None, Some(file)) => from_pem_file(file),
        (None, None) if dev => development_key(data),
        (None, None) => Err(SettingsError::new(
            SETTING,
            "is not set",
            "make one with `openssl rand -hex 32` and set it, or name its file in SECRET_KEY_FILE; \
             `--dev` makes one for you to try this API with",
        )),
    }
}

// ANCHOR: from_secret
/// RFC 7518 §3.2: a key for HS256 has at least 256 bits.
fn from_secret(secret: String) -> Result<SigningKey, SettingsError> {
    refuse_weak_secret(SETTING, &secret, 32)?;
    SigningKey::hs256(SigningSecret::new(secret))
        .map_err(|problem| SettingsError::new(SETTING, problem.to_string(), MAKE_ONE))
}
// ANCHOR_END: from_secret

fn from_pem_file(file: &Path) -> Result<SigningKey, SettingsError> {
    let refuse = |problem: String| {
        SettingsError::new(
            "SIGNING_KEY_FILE",
            problem,
            "name a file that `openssl genpkey -algorithm ed25519` made",
        )
    };
    let text = std::fs::read_to_string(file).map_err(|error| refuse(format!("cannot be read ({error})")))?;
    SigningKey::from_pem(Algorithm::EdDSA, &text)
        .or_else(|_| SigningKey::from_pem(Algorithm::ES256, &text))
        .map_err(|_| refuse("is neither an Ed25519 nor a P-256 private key in PKCS #8".to_owned()))
}

/// The key of a developer's own machine: made once and found again, so that a restart does not
/// end every login.
fn development_key(data: &Path) -> Result<SigningKey, SettingsError> {
    let file = data.join("password-bearer-api.key");
    let refuse = |error: std::io::Error| {
        SettingsError::new(
            "DATA_DIR",
            format!("does not take a key: {}: {error}", file.display()),
            "name a folder that this user may write",
        )
    };
    let secret = match std::fs::read_to_string(&file) {
        Ok(secret) => secret.trim_end().to_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let secret = SigningSecret::generate();
            std::fs::create_dir_all(data).map_err(refuse)?;
            write_private(&file, secret.secret()).map_err(refuse)?;
            secret.secret().to_owned()
        }
        Err(error) => return Err(refuse(error)),
    };
    tracing::warn!(file = %file.display(), "no SECRET_KEY: tokens are signed with this machine's own development key");
    from_secret(secret)
}

fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(file)?, text.as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn weak_and_published_keys_are_refused_and_the_way_to_a_good_one_is_said() {
        for weak in [
            "your-secret-key",
            "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
            "short",
            "abababababababababababababababababababababababababababababababab",
        ] {
            let problem = from_secret(weak.to_owned()).unwrap_err().to_string();
            assert!(
                problem.starts_with("SECRET_KEY ") && problem.contains("openssl rand -hex 32"),
                "{problem}"
            );
        }
        assert_eq!(
            from_secret(SigningSecret::generate().secret().to_owned()).unwrap().algorithm(),
            Algorithm::HS256
        );
    }

    #[test]
    fn without_a_key_only_development_starts_and_keeps_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("new");
        let problem = load(None, false, &data).unwrap_err().to_string();
        assert!(problem.contains("SECRET_KEY is not set") && problem.contains("--dev"), "{problem}");

        let first = load(None, true, &data).unwrap();
        assert_eq!(load(None, true, &data).unwrap().kid(), first.kid(), "found again");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(data.join("password-bearer-api.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_file_decides_the_algorithm() {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        for algorithm in [Algorithm::EdDSA, Algorithm::ES256] {
            let der = SigningKey::generate(algorithm).unwrap().to_pkcs8_der().unwrap();
            let pem = format!(
                "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
                STANDARD.encode(&*der)
            );
            std::fs::write(&file, pem).unwrap();
            assert_eq!(load(Some(&file), false, folder.path()).unwrap().algorithm(), algorithm);
        }
        std::fs::write(&file, "not a key").unwrap();
        let problem = load(Some(&file), false, folder.path()).unwrap_err().to_string();
        assert!(problem.starts_with("SIGNING_KEY_FILE "), "{problem}");
    }
}
