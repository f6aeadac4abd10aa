//! How often passwords may be tried.

use serde_json::json;

use crate::app::{PASSWORD, TestApp, refusal};

fn few(settings: &mut password_bearer_api::Settings) {
    settings.attempts.per_account = 3;
    settings.attempts.per_peer = 6;
    settings.attempts.registrations = 2;
}

#[tokio::test]
async fn an_account_is_tried_a_few_times_only_and_then_even_the_right_password_waits() {
    let app = TestApp::start_with(few).await;
    app.user("alice").await;
    app.user("bob").await;
    for _ in 0..3 {
        assert_eq!(app.try_login("alice", "wrong").await.status(), 401);
    }
    // Another way of writing the name is no way around.
    for username in ["alice", "ALICE"] {
        let response = app.try_login(username, PASSWORD).await;
        let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait));
        assert_eq!(refusal(response).await, (429, "temporarily_unavailable".to_owned()));
    }
    assert_eq!(app.try_login("bob", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn an_address_tries_a_few_accounts_only_and_cannot_pretend_to_be_another() {
    let app = TestApp::start_with(few).await;
    for n in 0..6 {
        assert_eq!(app.try_login(&format!("user{n}"), "wrong").await.status(), 401);
    }
    let form = [("username", "user9"), ("password", "wrong")];
    for header in ["x-forwarded-for", "x-real-ip"] {
        let request = app.http.post(format!("{}/token", app.url)).header(header, "203.0.113.9").form(&form);
        assert_eq!(request.send().await.unwrap().status(), 429, "{header}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_caller_counts_for_themselves() {
    let app = TestApp::start_with(|settings| {
        few(settings);
        settings.trusted_proxies = "127.0.0.0/8".parse().unwrap();
    })
    .await;
    for n in 0..12 {
        let form = [("username", format!("user{n}")), ("password", "wrong".to_owned())];
        let caller = format!("203.0.113.{}", n % 2);
        let request =
            app.http.post(format!("{}/token", app.url)).header("x-forwarded-for", caller).form(&form);
        assert_eq!(request.send().await.unwrap().status(), 401);
    }
    let request = app.http.post(format!("{}/token", app.url)).header("x-forwarded-for", "203.0.113.0");
    let response = request.form(&[("username", "x"), ("password", "y")]).send().await.unwrap();
    assert_eq!(response.status(), 429);
}

#[tokio::test]
async fn a_stolen_token_is_no_way_to_try_passwords() {
    let app = TestApp::start_with(few).await;
    app.user("alice").await;
    let token = app.login("alice", "me").await.access;
    let guess = json!({ "current_password": "wrong", "new_password": "battery staple" });
    for _ in 0..2 {
        assert_eq!(app.post("/users/me/password", &token, &guess).await.status(), 400);
    }
    let response = app.post("/users/me/password", &token, &guess).await;
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(refusal(response).await, (429, "temporarily_unavailable".to_owned()));
}

#[tokio::test]
async fn an_address_makes_a_few_accounts_only() {
    let app = TestApp::start_with(few).await;
    let new = |n: u8| json!({ "username": format!("user{n}"), "password": PASSWORD });
    assert_eq!(app.register(&new(1)).await.status(), 201);
    assert_eq!(app.register(&new(2)).await.status(), 201);
    assert_eq!(refusal(app.register(&new(3)).await).await, (429, "temporarily_unavailable".to_owned()));
}
