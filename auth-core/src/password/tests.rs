#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Instant;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};

use super::*;

fn password(text: &str) -> Password {
    Password::new(text)
}

fn argon2_hash(algorithm: Algorithm, memory: u32, passes: u32) -> String {
    let params = Params::new(memory, passes, 1, None).unwrap();
    Argon2::new(algorithm, Version::V0x13, params).hash_password(b"secret").unwrap().to_string()
}

#[tokio::test]
async fn a_hash_verifies_its_own_password_and_no_other() {
    let passwords = Passwords::new(2);
    let stored = passwords.hash(&password("secret")).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    assert_ne!(stored, passwords.hash(&password("secret")).await.unwrap(), "salted");

    let right = passwords.verify(&password("secret"), Some(&stored)).await.unwrap();
    assert_eq!(right, Verification { ok: true, upgrade: None });
    let wrong = passwords.verify(&password("Secret"), Some(&stored)).await.unwrap();
    assert_eq!(wrong, Verification { ok: false, upgrade: None });
}

#[tokio::test]
async fn bcrypt_verifies_under_each_of_its_names_and_is_replaced() {
    let passwords = Passwords::new(2);
    let hash = bcrypt::hash("secret", 4).unwrap();
    for name in ["$2a$", "$2b$", "$2y$"] {
        let stored = hash.replacen("$2b$", name, 1);
        let right = passwords.verify(&password("secret"), Some(&stored)).await.unwrap();
        assert!(right.ok, "{name}");
        let upgrade = right.upgrade.unwrap();
        assert!(upgrade.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let again = passwords.verify(&password("secret"), Some(&upgrade)).await.unwrap();
        assert_eq!(again, Verification { ok: true, upgrade: None });

        let wrong = passwords.verify(&password("guess"), Some(&stored)).await.unwrap();
        assert_eq!(wrong, Verification { ok: false, upgrade: None });
    }
    let broken = hash.replacen("$2b$", "$2x$", 1);
    let refused = passwords.verify(&password("secret"), Some(&broken)).await;
    assert_eq!(refused, Err(PasswordError::UnknownHash));
}

#[tokio::test]
async fn weaker_argon2_is_replaced_and_stronger_is_kept() {
    let passwords = Passwords::new(2);
    let weaker = [
        argon2_hash(Algorithm::Argon2id, 1024, 2),
        argon2_hash(Algorithm::Argon2id, 19 * 1024, 1),
        argon2_hash(Algorithm::Argon2i, 19 * 1024, 2),
    ];
    for stored in weaker {
        let outcome = passwords.verify(&password("secret"), Some(&stored)).await.unwrap();
        assert!(outcome.ok && outcome.upgrade.is_some(), "{stored}");
    }
    let stronger = argon2_hash(Algorithm::Argon2id, 20 * 1024, 3);
    let outcome = passwords.verify(&password("secret"), Some(&stronger)).await.unwrap();
    assert_eq!(outcome, Verification { ok: true, upgrade: None });
}

#[tokio::test]
async fn what_is_not_a_hash_is_an_error_and_no_match() {
    let passwords = Passwords::new(2);
    for stored in ["", "secret", "$2b$", "$2b$12$short", "$argon2id$", "$pbkdf2$x$y"] {
        let outcome = passwords.verify(&password("secret"), Some(stored)).await;
        assert_eq!(outcome, Err(PasswordError::UnknownHash), "{stored}");
    }
}

/// Both do the same work by construction: one Argon2id with the same parameters. This test notices
/// when the work for nobody is left out, which makes the unknown user a thousand times faster. The
/// fastest of several attempts in turn and a wide margin keep it steady on a busy machine.
#[tokio::test]
async fn an_unknown_user_takes_as_long_as_a_wrong_password() {
    let passwords = Passwords::new(1);
    let stored = passwords.hash(&password("secret")).await.unwrap();
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        for (fastest, stored) in [(&mut known, Some(stored.as_str())), (&mut unknown, None)] {
            let start = Instant::now();
            assert!(!passwords.verify(&password("guess"), stored).await.unwrap().ok);
            *fastest = start.elapsed().min(*fastest);
        }
    }
    assert!(unknown * 20 > known, "known {known:?}, unknown {unknown:?}");
}

#[tokio::test]
async fn who_waits_too_long_is_told_that_the_server_is_busy() {
    let passwords = Passwords::new(1);
    let _taken = passwords.turns.clone().acquire_owned().await.unwrap();
    let outcome = passwords.verify(&password("secret"), None).await;
    assert_eq!(outcome, Err(PasswordError::Busy));
}

#[test]
fn debug_does_not_show_the_new_hash() {
    let verification = Verification { ok: true, upgrade: Some("$argon2id$x".into()) };
    assert_eq!(format!("{verification:?}"), r#"Verification { ok: true, upgrade: Some("[redacted]") }"#);
}
