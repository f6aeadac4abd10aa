//! The first half of a callback, in which nothing may be sent. (What follows needs a provider; the
//! tests of `authorization-code-client` run one.)
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;
use std::time::Duration;

use super::*;
use crate::clock::ManualClock;
use crate::redirect_uri::ClientType;
use url::form_urlencoded::Serializer;

const ISSUER: &str = "http://localhost:1";

fn login() -> (Login, ManualClock) {
    let (clock, hand) = Clock::manual();
    let provider = provider::tests::read(provider::tests::metadata(ISSUER), ISSUER, clock).unwrap();
    let registration = Registration {
        client_id: "app".to_owned(),
        client_secret: Some(ClientSecret::new("secret")),
        redirect_uri: RedirectUri::parse("https://app.example", ClientType::Confidential).unwrap(),
        scopes: Scopes::parse("notes:read").unwrap(),
    };
    (Login::new(provider, registration), hand)
}

fn query(pairs: &[(&str, &str)]) -> Params {
    let encoded = Serializer::new(String::new()).extend_pairs(pairs).finish();
    Params::parse(encoded.as_bytes()).unwrap()
}

async fn refusal(pairs: impl FnOnce(&str) -> Params) -> LoginError {
    let (login, _) = login();
    let (_, pending) = login.start();
    let query = pairs(pending.state());
    login.callback(pending, &query).await.unwrap_err()
}

#[test]
fn the_authorization_request_has_all_that_ties_the_answer_to_this_browser() {
    let (login, _) = login();
    let (url, pending) = login.start();
    let sent: HashMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(url.as_str().split('?').next().unwrap(), "http://localhost:1/o/authorize");
    assert_eq!(sent["response_type"], "code");
    assert_eq!(sent["client_id"], "app");
    assert_eq!(sent["redirect_uri"], "https://app.example", "exactly as registered, without a slash added");
    assert_eq!(sent["scope"], "notes:read openid");
    assert_eq!(sent["state"], pending.state());
    assert_eq!(sent["nonce"], pending.nonce());
    assert_eq!(sent["code_challenge_method"], "S256");
    let verifier = crate::pkce::CodeVerifier::parse(pending.verifier()).unwrap();
    assert_eq!(sent["code_challenge"], verifier.challenge().as_str());
    assert_eq!(sent.len(), 8, "{sent:?}");
}

#[test]
fn no_two_logins_share_anything() {
    let (login, _) = login();
    let ((_, one), (_, other)) = (login.start(), login.start());
    assert_ne!(one.state_digest(), other.state_digest());
    assert_ne!(one.nonce(), other.nonce());
    assert_ne!(one.verifier(), other.verifier());
    assert!([one.state(), one.nonce()].iter().all(|secret| *secret != one.verifier()));
}

#[tokio::test]
async fn state_is_checked_before_everything_else() {
    for state in ["", "other"] {
        let error =
            refusal(|_| query(&[("state", state), ("code", "c"), ("iss", "https://evil.example")])).await;
        assert!(matches!(error, LoginError::StateMismatch), "{error}");
        let error =
            refusal(|_| query(&[("state", state), ("error", "access_denied"), ("iss", ISSUER)])).await;
        assert!(matches!(error, LoginError::StateMismatch), "{error}");
    }
    assert_eq!(LoginError::StateMismatch.status(), 400);
}

#[tokio::test]
async fn the_answer_must_name_the_issuer_that_was_asked_and_errors_too() {
    for iss in ["", "https://evil.example", "http://localhost:1/"] {
        for (name, value) in [("code", "c"), ("error", "access_denied")] {
            let error = refusal(|state| query(&[("state", state), (name, value), ("iss", iss)])).await;
            assert!(matches!(error, LoginError::IssuerMismatch), "{iss}: {error}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_does_not_send_iss_need_not_but_a_wrong_one_is_refused() {
    let mut metadata = provider::tests::metadata(ISSUER);
    metadata["authorization_response_iss_parameter_supported"] = false.into();
    let (mut login, _) = login();
    login.provider = provider::tests::read(metadata, ISSUER, Clock::system()).unwrap();

    let (_, pending) = login.start();
    let response = query(&[("state", pending.state()), ("error", "access_denied")]);
    assert!(matches!(login.callback(pending, &response).await, Err(LoginError::AccessDenied)));

    let (_, pending) = login.start();
    let response =
        query(&[("state", pending.state()), ("error", "access_denied"), ("iss", "https://evil.example")]);
    assert!(matches!(login.callback(pending, &response).await, Err(LoginError::IssuerMismatch)));
}

#[tokio::test]
async fn an_error_answer_is_told_apart_by_its_code_and_never_repeated() {
    let answer =
        |code: &'static str| move |state: &str| query(&[("state", state), ("error", code), ("iss", ISSUER)]);
    assert!(matches!(refusal(answer("access_denied")).await, LoginError::AccessDenied));
    let known = refusal(answer("login_required")).await;
    assert!(matches!(known, LoginError::AuthorizationRefused(Some(ErrorCode::LoginRequired))), "{known}");
    let unknown = refusal(answer("<script>")).await;
    assert_eq!(unknown.to_string(), "the authorization request was refused: unknown error code");
    assert_eq!(unknown.status(), 502);
}

#[tokio::test]
async fn an_answer_is_either_a_code_or_an_error() {
    let neither = refusal(|state| query(&[("state", state), ("iss", ISSUER)])).await;
    assert!(matches!(neither, LoginError::ResponseMalformed));
    let both =
        refusal(|state| query(&[("state", state), ("iss", ISSUER), ("code", "c"), ("error", "e")])).await;
    assert!(matches!(both, LoginError::ResponseMalformed));
}

#[tokio::test]
async fn a_login_that_took_too_long_is_refused() {
    for (seconds, expired) in [(PENDING_LIFETIME.as_secs() - 1, false), (PENDING_LIFETIME.as_secs(), true)] {
        let (login, hand) = login();
        let (_, pending) = login.start();
        hand.advance(Duration::from_secs(seconds));
        let response = query(&[("state", pending.state()), ("error", "access_denied"), ("iss", ISSUER)]);
        let error = login.callback(pending, &response).await.unwrap_err();
        assert_eq!(matches!(error, LoginError::PendingExpired), expired, "{seconds}: {error}");
    }
}

#[tokio::test]
async fn a_right_answer_is_exchanged_and_a_token_endpoint_that_is_not_there_is_a_502() {
    // Nothing listens on port 1: that it is tried shows that every check before it passed.
    let error = refusal(|state| query(&[("state", state), ("code", "c"), ("iss", ISSUER)])).await;
    assert!(matches!(error, LoginError::Unreachable(_)), "{error}");
    assert_eq!(error.status(), 502);
}
