//! What `check` says of repairs that do not repair, and of exercises that do not answer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use auth_core::error::OAuthError;
use auth_core::redirect_uri::RedirectUriError;
use pitfalls_lab::checks::{Checks, Pkce};
use pitfalls_lab::lessons;
use pitfalls_lab::proofs::{Attack, Grade, grade};
use url::Url;

#[path = "../lessons/33-login-next-redirect/wrong_fixes/removes_slashes.rs"]
mod removes_slashes;

#[cfg(unix)]
mod check {
    mod program;
}

async fn graded(slug: &str, checks: Checks) -> Grade {
    grade(lessons::find(slug).unwrap(), checks).await.unwrap()
}

/// The exploit is not refused, although honest people notice nothing.
fn is_no_repair(grade: &Grade) -> &Attack {
    assert_eq!(grade.honest, Ok(()));
    assert!(!grade.passed(), "{:?}", grade.attack);
    &grade.attack
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_leads_nowhere_does_not_end_the_attack() {
    let grade = graded("login-next-redirect", removes_slashes::checks()).await;
    let Attack::Succeeded(seen) = is_no_repair(&grade) else { panic!("{:?}", grade.attack) };
    assert!(seen.contains(r#"next="/\\evil.localhost"#), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attack_that_breaks_off_is_not_a_refusal() {
    let next = |asked: Option<&str>| match asked {
        Some(asked @ ("/profile" | "/wall")) => asked.to_owned(),
        _ => "mailto:nobody".to_owned(),
    };
    let grade = graded("login-next-redirect", Checks { next, ..Checks::default() }).await;
    assert!(matches!(is_no_repair(&grade), Attack::Unplayed(_)), "{:?}", grade.attack);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_not_a_refusal() {
    let next = |asked: Option<&str>| match asked {
        Some(asked @ ("/profile" | "/wall")) => asked.to_owned(),
        _ => panic!("on the attack's path only"),
    };
    let grade = graded("login-next-redirect", Checks { next, ..Checks::default() }).await;
    assert!(matches!(is_no_repair(&grade), Attack::Unplayed(_)), "{:?}", grade.attack);
}

/// A second attack succeeds, and says so with this rule.
async fn falls_to_the_second_attack(slug: &str, checks: Checks, rule: &str) {
    let grade = graded(slug, checks).await;
    let Attack::Succeeded(seen) = is_no_repair(&grade) else { panic!("{slug}: {:?}", grade.attack) };
    assert!(seen.contains(rule), "{slug}: {seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registered_origin_alone_is_not_the_registered_address() {
    let checks = Checks {
        redirect_uri: |registered, presented| {
            let origin = |uri: &str| Url::parse(uri).map(|url| url.origin()).ok();
            let presented = presented.ok_or(RedirectUriError::Missing)?;
            let fits = registered.iter().any(|uri| origin(uri.as_str()) == origin(presented));
            fits.then(|| presented.to_owned()).ok_or(RedirectUriError::Mismatch)
        },
        ..Checks::default()
    };
    falls_to_the_second_attack("redirect-uri-prefix", checks, "RFC 9700 §4.1.3").await;
}

/// PKCE for those who ask for it.
struct Optional;

impl Pkce for Optional {
    fn challenge(&self, challenge: Option<&str>, method: Option<&str>) -> Result<Option<String>, OAuthError> {
        match challenge {
            None => Ok(None),
            Some(_) => Checks::default().pkce.challenge(challenge, method),
        }
    }

    fn verify(&self, stored: Option<&str>, verifier: Option<&str>) -> Result<(), OAuthError> {
        match stored {
            None => Ok(()),
            Some(_) => Checks::default().pkce.verify(stored, verifier),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn optional_pkce_is_no_pkce() {
    let checks = Checks { pkce: &Optional, ..Checks::default() };
    falls_to_the_second_attack("code-injection-no-pkce", checks, "RFC 7636 §4.4.1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_issuer_is_not_the_right_one() {
    let checks = Checks {
        response_issuer: |response| response.presented.is_none_or(|issuer| issuer == response.expected),
        ..Checks::default()
    };
    falls_to_the_second_attack("mix-up", checks, "RFC 9207 §2.4").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_check_passes_second_attacks_too() {
    for slug in ["redirect-uri-prefix", "code-injection-no-pkce", "mix-up", "login-next-redirect"] {
        let lesson = lessons::find(slug).unwrap();
        let grade = graded(slug, (lesson.hardened.checks)()).await;
        assert!(grade.passed(), "{slug}: {:?}, {:?}", grade.attack, grade.honest);
    }
}
