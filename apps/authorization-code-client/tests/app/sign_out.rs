//! Logging out, and who may make a browser do it.

use http::StatusCode;

use crate::browser::{Browser, TestApp};

async fn token(browser: &mut Browser) -> String {
    browser.get("/").await.csrf_token()
}

#[tokio::test]
async fn logging_out_ends_the_session_and_revokes_the_tokens() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let before = browser.clone();
    let csrf = token(&mut browser).await;
    let answer = browser.post("/logout", &[("csrf_token", &csrf)], &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert!(!before.clone().is_signed_in().await, "the old cookie is worth nothing");
    let calls = app.provider.calls();
    assert_eq!(calls[calls.len() - 2..], ["revoke refresh_token refresh-1", "revoke access_token access-1"]);
}

#[tokio::test]
async fn a_form_of_another_site_logs_nobody_out() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let csrf = token(&mut browser).await;
    let others = token(&mut app.signed_in().await).await;
    let right: &[(&str, &str)] = &[("csrf_token", &csrf)];
    for (form, headers) in [
        (&[][..], &[][..]),
        (&[("csrf_token", "guessed")], &[]),
        (&[("csrf_token", &others)], &[]),
        (right, &[("origin", "https://evil.example")]),
        (right, &[("origin", "null")]),
        (right, &[("sec-fetch-site", "cross-site")]),
        (right, &[("sec-fetch-site", "same-site"), ("origin", &app.origin)]),
    ] {
        let answer = browser.post("/logout", form, headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{form:?} {headers:?}");
        assert!(browser.is_signed_in().await);
    }
    assert!(app.provider.calls().iter().all(|call| !call.starts_with("revoke")));

    let own_page = [("sec-fetch-site", "same-origin"), ("origin", app.origin.as_str())];
    assert_eq!(browser.post("/logout", right, &own_page).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_link_logs_nobody_out() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    assert_eq!(browser.get("/logout").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn logging_out_twice_does_no_harm() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    assert_eq!(browser.post("/logout", &[], &[]).await.location(), "/");
}

#[tokio::test]
async fn a_failed_revocation_still_logs_out() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let before = browser.clone();
    let csrf = token(&mut browser).await;
    app.provider.set_mood(|mood| mood.revocation_fails = true);
    let answer = browser.post("/logout", &[("csrf_token", &csrf)], &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(!before.clone().is_signed_in().await);
}
