//! What the browser brings back from the provider, and what the app makes of it.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use crate::browser::{Answer, Query, TestApp, with};
use crate::provider::CODE;

/// A refused callback: its status, a page that repeats nothing, and nobody signed in.
async fn refused(app: &TestApp, change: impl FnOnce(Query) -> Query) -> Answer {
    let mut browser = app.browser();
    let back = browser.sign_in_at(&app.provider).await;
    let query = change(back);
    let answer = browser.callback(&query).await;
    assert!(answer.status.is_client_error() || answer.status.is_server_error(), "{}", answer.status);
    assert!(answer.body.contains(r#"id="what-to-do""#), "{}", answer.body);
    for (name, value) in &query {
        assert!(!answer.body.contains(value.as_str()), "{name} is repeated in {}", answer.body);
    }
    assert!(!browser.is_signed_in().await);
    answer
}

#[tokio::test]
async fn a_login_ends_at_a_clean_url_under_a_new_session_id() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let back = browser.sign_in_at(&app.provider).await;
    let before = browser.clone();

    let answer = browser.callback(&back).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/profile"));
    let cookie = answer.header("set-cookie");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_ne!(browser.cookie, before.cookie);
    assert!(browser.is_signed_in().await);
    assert!(!before.clone().is_signed_in().await, "the old session id is worth nothing");
    assert_eq!(app.provider.calls(), ["authorization_code", "userinfo"]);
}

#[tokio::test]
async fn with_a_wrong_state_nobody_is_asked_anything() {
    let app = TestApp::start().await;
    for state in [None, Some(""), Some("forged-by-somebody")] {
        let answer = refused(&app, |back| {
            with(back, "state", state).into_iter().filter(|(_, v)| !v.is_empty()).collect()
        });
        assert_eq!(answer.await.status, StatusCode::BAD_REQUEST);
    }
    assert!(app.provider.calls().is_empty(), "{:?}", app.provider.calls());
}

#[tokio::test]
async fn an_answer_to_another_browsers_login_is_refused() {
    // Login CSRF: an attacker's own answer, sent to the victim as a link.
    let app = TestApp::start().await;
    let attackers_answer = app.browser().sign_in_at(&app.provider).await;
    let (mut without_session, mut with_session) = (app.browser(), app.browser());
    with_session.begin().await;
    for victim in [&mut without_session, &mut with_session] {
        assert_eq!(victim.callback(&attackers_answer).await.status, StatusCode::BAD_REQUEST);
        assert!(!victim.is_signed_in().await);
    }
    assert!(app.provider.calls().is_empty());
}

#[tokio::test]
async fn an_answer_counts_once() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let back = browser.sign_in_at(&app.provider).await;
    assert_eq!(browser.callback(&back).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.callback(&back).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.provider.count("authorization_code"), 1);
    assert!(browser.is_signed_in().await, "the first one stands");
}

#[tokio::test]
async fn a_refused_answer_uses_the_login_up_as_well() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let back = browser.sign_in_at(&app.provider).await;
    let from_elsewhere = with(back.clone(), "iss", Some("https://evil.example"));
    assert_eq!(browser.callback(&from_elsewhere).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(browser.callback(&back).await.status, StatusCode::BAD_REQUEST);
    assert!(app.provider.calls().is_empty());
}

#[tokio::test]
async fn the_issuer_must_be_named_and_be_the_right_one() {
    let app = TestApp::start().await;
    for iss in [None, Some("https://evil.example"), Some("http://127.0.0.1")] {
        let answer = refused(&app, |back| with(back, "iss", iss)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert!(app.provider.calls().is_empty());
}

#[tokio::test]
async fn a_repeated_parameter_is_refused() {
    let app = TestApp::start().await;
    for name in ["code", "state", "iss"] {
        let answer = refused(&app, |mut back| {
            back.extend(back.clone().into_iter().filter(|(key, _)| key == name));
            back
        });
        assert_eq!(answer.await.status, StatusCode::BAD_REQUEST, "{name}");
    }
    assert!(app.provider.calls().is_empty());
}

#[tokio::test]
async fn a_user_who_said_no_gets_a_friendly_403() {
    let app = TestApp::start().await;
    let answer = refused(&app, |back| {
        let back = with(with(back, "code", None), "error", Some("access_denied"));
        with(back, "error_description", Some("<script>alert(1)</script>"))
    });
    let answer = answer.await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("You did not allow this app") && answer.body.contains(r#"id="login""#));
    assert!(!answer.body.contains("<script"));
    assert!(app.provider.calls().is_empty());
}

#[tokio::test]
async fn other_refusals_of_the_provider_have_a_reference_for_the_log() {
    let app = TestApp::start().await;
    for error in ["invalid_scope", "<b>unheard_of</b>"] {
        let answer = refused(&app, |back| with(with(back, "code", None), "error", Some(error))).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
        assert!(answer.body.contains(r#"id="reference""#));
    }
}

#[tokio::test]
async fn each_failure_of_the_token_endpoint_has_a_status_of_its_own() {
    let app = TestApp::start().await;
    for (status, error, expected) in [
        (400, json!({"error": "invalid_grant"}), StatusCode::BAD_REQUEST),
        (401, json!({"error": "invalid_client"}), StatusCode::INTERNAL_SERVER_ERROR),
        (400, json!({"error": "unauthorized_client"}), StatusCode::INTERNAL_SERVER_ERROR),
        (503, json!({"error": "temporarily_unavailable"}), StatusCode::SERVICE_UNAVAILABLE),
        (500, json!("<html>"), StatusCode::BAD_GATEWAY),
        (200, json!({"access_token": "a", "token_type": "Bearer"}), StatusCode::BAD_GATEWAY),
        (200, json!({"access_token": "a", "token_type": "DPoP", "id_token": "x"}), StatusCode::BAD_GATEWAY),
        (302, json!({}), StatusCode::BAD_GATEWAY),
    ] {
        app.provider.set_mood(|mood| mood.token_error = Some((status, error.clone())));
        let answer = refused(&app, |back| back).await;
        assert_eq!(answer.status, expected, "{status} {error}");
        assert_eq!(answer.header("retry-after").is_empty(), expected != StatusCode::SERVICE_UNAVAILABLE);
    }
}

#[tokio::test]
async fn a_token_endpoint_that_does_not_answer_is_a_504() {
    let app = TestApp::start().await;
    app.provider.set_mood(|mood| mood.token_delay = Duration::from_secs(60));
    let answer = refused(&app, |back| back).await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
    assert!(!answer.body.contains(CODE));
}

#[tokio::test]
async fn a_login_that_took_too_long_is_refused() {
    let app = TestApp::start().await;
    let answer = refused(&app, |back| {
        app.hand.advance(Duration::from_secs(15 * 60));
        back
    });
    assert_eq!(answer.await.status, StatusCode::BAD_REQUEST);
    assert!(app.provider.calls().is_empty());
}

#[tokio::test]
async fn two_tabs_may_sign_in_one_after_the_other() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let (first, second) = (browser.begin().await, browser.begin().await);
    let back = app.provider.authorize(&first);
    assert_eq!(browser.callback(&back).await.location(), "/profile");
    let back = app.provider.authorize(&second);
    assert_eq!(browser.callback(&back).await.location(), "/profile");
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_browser_keeps_a_few_logins_and_forgets_the_oldest() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let oldest = browser.begin().await;
    let mut latest = oldest.clone();
    for _ in 0..8 {
        latest = browser.begin().await;
    }
    let back = app.provider.authorize(&oldest);
    assert_eq!(browser.callback(&back).await.status, StatusCode::BAD_REQUEST);
    let back = app.provider.authorize(&latest);
    assert_eq!(browser.callback(&back).await.status, StatusCode::SEE_OTHER);
}
