//! Tokens are renewed in time, once, and never in vain.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use crate::browser::TestApp;
use crate::provider::ACCESS_TOKEN_LIFETIME;

const ALMOST_OVER: Duration = Duration::from_secs(ACCESS_TOKEN_LIFETIME - 60);
const OVER: Duration = Duration::from_secs(ACCESS_TOKEN_LIFETIME);

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_and_not_sooner() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    app.hand.advance(ALMOST_OVER - Duration::from_secs(1));
    assert_eq!(browser.get("/notes").await.status, StatusCode::OK);
    assert_eq!(app.provider.count("refresh_token"), 0);
    app.hand.advance(Duration::from_secs(1));
    assert_eq!(browser.get("/notes").await.status, StatusCode::OK);
    assert_eq!(app.provider.count("refresh_token"), 1);
    assert_eq!(browser.get("/notes").await.status, StatusCode::OK);
    assert_eq!(app.provider.count("refresh_token"), 1, "the new one lasts");
}

#[tokio::test]
async fn twenty_parallel_requests_renew_once() {
    let app = TestApp::start().await;
    let browser = app.signed_in().await;
    app.hand.advance(OVER);
    app.provider.set_mood(|mood| mood.token_delay = Duration::from_millis(200));
    let requests = (0..20).map(|_| {
        let mut browser = browser.clone();
        tokio::spawn(async move { browser.get("/notes").await.status })
    });
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(request.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(app.provider.count("refresh_token"), 1);
}

#[tokio::test]
async fn a_browser_that_goes_away_does_not_lose_the_new_tokens() {
    let app = TestApp::start().await;
    let browser = app.signed_in().await;
    app.hand.advance(OVER);
    app.provider.set_mood(|mood| mood.token_delay = Duration::from_millis(300));
    let mut impatient = browser.clone();
    let gone = tokio::time::timeout(Duration::from_millis(100), impatient.get("/notes")).await;
    assert!(gone.is_err(), "it went away in the middle of the renewal");
    assert_eq!(browser.clone().get("/notes").await.status, StatusCode::OK);
    assert_eq!(app.provider.count("refresh_token"), 1);
}

#[tokio::test]
async fn a_refused_renewal_ends_the_session_and_says_so() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let before = browser.clone();
    app.hand.advance(OVER);
    app.provider.set_mood(|mood| mood.token_error = Some((400, json!({"error": "invalid_grant"}))));
    let answer = browser.get("/notes").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.contains("Please sign in again") && answer.body.contains(r#"href="/login""#));
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert!(!before.clone().is_signed_in().await, "the server has forgotten the session too");
    assert_eq!(before.clone().get("/notes").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.provider.count("refresh_token"), 1, "a refused token is not tried again");
}

#[tokio::test]
async fn a_provider_in_trouble_does_not_end_a_session() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    app.hand.advance(ALMOST_OVER);
    app.provider.set_mood(|mood| mood.token_error = Some((503, json!({"error": "temporarily_unavailable"}))));
    assert_eq!(browser.get("/notes").await.status, StatusCode::OK, "the old token is still good");
    app.hand.advance(OVER - ALMOST_OVER);
    assert_eq!(browser.get("/notes").await.status, StatusCode::SERVICE_UNAVAILABLE);
    app.provider.set_mood(|mood| mood.token_error = None);
    assert_eq!(browser.get("/notes").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_that_the_api_rejects_is_renewed_once() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    app.provider.set_mood(|mood| mood.api_status = Some(StatusCode::UNAUTHORIZED));
    let answer = browser.get("/notes").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.contains("Please sign in again"));
    assert_eq!(app.provider.count("refresh_token"), 1);
    assert_eq!(app.provider.count("list notes"), 2);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn without_a_refresh_token_the_session_lasts_as_long_as_the_access_token() {
    let app = TestApp::start().await;
    app.provider.set_mood(|mood| mood.scope = "openid notes:read");
    let mut browser = app.signed_in().await;
    app.hand.advance(OVER - Duration::from_secs(1));
    assert_eq!(browser.get("/notes").await.status, StatusCode::OK);
    app.hand.advance(Duration::from_secs(1));
    assert_eq!(browser.get("/notes").await.status, StatusCode::UNAUTHORIZED);
    assert!(!browser.is_signed_in().await);
    assert_eq!(app.provider.count("refresh_token"), 0);
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_whatever_happens() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    app.hand.advance(Duration::from_secs(12 * 3600 - 1));
    assert!(browser.is_signed_in().await);
    app.hand.advance(Duration::from_secs(1));
    assert!(!browser.is_signed_in().await);
}
