//! Starting before, and going on after, the authorization server.

use std::time::Duration;

use auth_core::clock::Clock;
use auth_core::server::Listen;
use http::StatusCode;
use tokio_util::sync::CancellationToken;

use crate::browser::{Browser, TestApp, listener, run};
use crate::provider::{ACCESS_TOKEN_LIFETIME, Provider};

#[tokio::test]
async fn the_app_starts_before_the_authorization_server_and_finds_it_later() {
    let later = listener();
    let address = later.local_addr().unwrap();
    drop(later);
    let stop = CancellationToken::new();
    let origin = run(&format!("http://{address}"), None, Clock::system(), stop.clone()).await;
    let mut browser = Browser::new(&origin);

    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    let answer = browser.get("/login").await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("The authorization server cannot be reached."));

    let provider = Provider::start(Listen::Address(address).bind("TEST").unwrap(), Clock::system());
    let request = browser.begin().await;
    assert!(request.as_str().starts_with(&format!("{}/o/authorize?", provider.issuer)));
    stop.cancel();
}

#[tokio::test]
async fn a_public_client_signs_in_renews_and_revokes_without_a_secret() {
    let app = TestApp::start_with(None).await;
    let mut browser = app.signed_in().await;
    app.hand.advance(Duration::from_secs(ACCESS_TOKEN_LIFETIME));
    let csrf = browser.get("/notes").await.csrf_token();
    assert_eq!(browser.post("/logout", &[("csrf_token", &csrf)], &[]).await.status, StatusCode::SEE_OTHER);
    let calls = app.provider.calls();
    assert_eq!(calls[calls.len() - 2..], ["revoke refresh_token refresh-2", "revoke access_token access-2"]);
}
