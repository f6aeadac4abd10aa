use std::time::Duration;

use auth_core::clock::{Clock, ManualClock};
use auth_core::http_client::HttpClient;
use auth_core::jwks::{RemoteJwks, RemoteVerifyError};
use auth_core::jwt::{AccessTokenClaims, Expected, JwtError};
use axum::http::StatusCode;

use crate::issuer::{AUDIENCE, ISSUER, Issuer, signed};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn start() -> (Issuer, RemoteJwks, Clock, ManualClock) {
    let (issuer, url) = Issuer::start().await;
    let (clock, hands) = Clock::manual();
    let jwks = RemoteJwks::new(HttpClient::new().unwrap(), format!("{url}/jwks.json"), clock.clone());
    (issuer, jwks, clock, hands)
}

/// What becomes of a token, expired or not.
async fn check(jwks: &RemoteJwks, token: &str) -> Result<(), RemoteVerifyError> {
    let expected = Expected::access_token(ISSUER, AUDIENCE);
    match jwks.verify::<AccessTokenClaims>(token, &expected).await {
        Ok(_) | Err(RemoteVerifyError::Token(JwtError::Expired)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn is_unknown_key(outcome: &Result<(), RemoteVerifyError>) -> bool {
    matches!(outcome, Err(RemoteVerifyError::Token(JwtError::UnknownKey)))
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept_for_five_minutes() {
    let (issuer, jwks, clock, hands) = start().await;
    let (key, token) = signed(&clock, "read");
    issuer.publish(&[&key]);
    assert_eq!(issuer.visits(), 0, "nothing before the first token");
    for _ in 0..3 {
        check(&jwks, &token).await.unwrap();
    }
    hands.advance(seconds(299));
    check(&jwks, &token).await.unwrap();
    assert_eq!(issuer.visits(), 1);
    hands.advance(seconds(1));
    check(&jwks, &token).await.unwrap();
    assert_eq!(issuer.visits(), 2);
}

#[tokio::test]
async fn the_issuer_says_how_long_within_bounds() {
    for (cache_control, kept) in [
        ("public, max-age=120", 120),
        ("max-age=1", 30),
        ("max-age=99999999", 3600),
        ("no-store", 300),
        ("max-age=soon", 300),
    ] {
        let (issuer, jwks, clock, hands) = start().await;
        let (key, token) = signed(&clock, "read");
        issuer.publish(&[&key]);
        issuer.cache_control(cache_control);
        check(&jwks, &token).await.unwrap();
        hands.advance(seconds(kept - 1));
        check(&jwks, &token).await.unwrap();
        assert_eq!(issuer.visits(), 1, "{cache_control}");
        hands.advance(seconds(1));
        check(&jwks, &token).await.unwrap();
        assert_eq!(issuer.visits(), 2, "{cache_control}");
    }
}

#[tokio::test]
async fn a_rotated_key_is_found_but_invented_ones_do_not_hammer_the_issuer() {
    let (issuer, jwks, clock, hands) = start().await;
    let (old, old_token) = signed(&clock, "read");
    let (new, new_token) = signed(&clock, "read");
    issuer.publish(&[&old]);
    check(&jwks, &old_token).await.unwrap();

    for _ in 0..5 {
        assert!(is_unknown_key(&check(&jwks, &new_token).await));
    }
    assert_eq!(issuer.visits(), 1, "cooling down");

    issuer.publish(&[&old, &new]);
    hands.advance(seconds(30));
    check(&jwks, &new_token).await.unwrap();
    assert_eq!(issuer.visits(), 2);
}

#[tokio::test]
async fn parallel_requests_share_one_fetch() {
    let (issuer, jwks, clock, _hands) = start().await;
    let (key, token) = signed(&clock, "read");
    issuer.publish(&[&key]);
    let all = (0..20).map(|_| check(&jwks, &token));
    for outcome in futures::future::join_all(all).await {
        outcome.unwrap();
    }
    assert_eq!(issuer.visits(), 1);
}

#[tokio::test]
async fn old_keys_serve_for_a_day_while_the_issuer_is_down() {
    let (issuer, jwks, clock, hands) = start().await;
    let (key, token) = signed(&clock, "read");
    issuer.publish(&[&key]);
    check(&jwks, &token).await.unwrap();

    issuer.fail_with(Some(StatusCode::INTERNAL_SERVER_ERROR));
    hands.advance(seconds(3600));
    for _ in 0..3 {
        check(&jwks, &token).await.unwrap();
    }
    assert_eq!(issuer.visits(), 2, "one attempt, then a pause");
    hands.advance(seconds(23 * 3600));
    assert!(matches!(check(&jwks, &token).await, Err(RemoteVerifyError::Keys(_))));

    issuer.fail_with(None);
    hands.advance(seconds(2));
    check(&jwks, &token).await.unwrap();
}

#[tokio::test]
async fn an_issuer_that_comes_up_late_is_found_within_two_seconds() {
    let (issuer, jwks, clock, hands) = start().await;
    let (key, token) = signed(&clock, "read");
    issuer.publish(&[&key]);
    issuer.fail_with(Some(StatusCode::SERVICE_UNAVAILABLE));
    for _ in 0..3 {
        assert!(matches!(check(&jwks, &token).await, Err(RemoteVerifyError::Keys(_))));
    }
    assert_eq!(issuer.visits(), 1);
    issuer.fail_with(None);
    hands.advance(seconds(2));
    check(&jwks, &token).await.unwrap();
}

#[tokio::test]
async fn a_withdrawn_key_is_forgotten_at_the_next_fetch() {
    let (issuer, jwks, clock, hands) = start().await;
    let (key, token) = signed(&clock, "read");
    issuer.publish(&[&key]);
    check(&jwks, &token).await.unwrap();
    issuer.publish(&[]);
    hands.advance(seconds(300));
    assert!(is_unknown_key(&check(&jwks, &token).await));
}
