//! Refresh tokens: RFC 6749 §6, RFC 9700 §4.14.2.

use std::time::Duration;

use serde_json::json;

use crate::app::{TestApp, answer, login, refusal};

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_of_the_same_login() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let first = app.login("alice", "me items").await;
    let second = login(app.refresh(&first.refresh).await).await;
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(second.scope, "items me");
    assert_eq!(app.get("/users/me", &second.access).await.status(), 200);
    login(app.refresh(&second.refresh).await).await;
}

#[tokio::test]
async fn a_reuse_ends_the_login_for_everybody() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let other = app.login("alice", "me").await;
    let first = app.login("alice", "me").await;
    let second = login(app.refresh(&first.refresh).await).await;

    assert_eq!(refusal(app.refresh(&first.refresh).await).await, invalid_grant());
    assert_eq!(refusal(app.refresh(&second.refresh).await).await, invalid_grant());
    for token in [&first.access, &second.access] {
        assert_eq!(refusal(app.get("/users/me", token).await).await, (401, "invalid_token".to_owned()));
    }
    assert_eq!(app.get("/users/me", &other.access).await.status(), 200, "another login lives on");
}

#[tokio::test]
async fn of_twenty_parallel_refreshes_one_at_most_succeeds_and_none_of_it_lasts() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let first = app.login("alice", "me").await;
    let answers = futures::future::join_all((0..20).map(|_| app.refresh(&first.refresh))).await;
    let succeeded: Vec<_> = answers.into_iter().filter(|answer| answer.status() == 200).collect();
    assert_eq!(succeeded.len(), 1);
    for success in succeeded {
        let second = login(success).await;
        assert_eq!(app.get("/users/me", &second.access).await.status(), 401);
        assert_eq!(refusal(app.refresh(&second.refresh).await).await, invalid_grant());
    }
}

#[tokio::test]
async fn only_a_token_of_the_family_can_end_it() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let alice = app.login("alice", "me").await;
    let (family, current) = alice.refresh.split_once('.').unwrap();
    for made_up in [
        "",
        "x",
        ".",
        "..",
        family,
        current,
        "a.b",
        &format!("{current}.{family}"),
        &format!("{}.{current}", "A".repeat(43)),
        &alice.access,
    ] {
        let (status, error) = refusal(app.refresh(made_up).await).await;
        let expected = if made_up.is_empty() { "invalid_request" } else { "invalid_grant" };
        assert_eq!((status, error.as_str()), (400, expected), "{made_up}");
    }
    assert_eq!(app.get("/users/me", &alice.access).await.status(), 200);
    login(app.refresh(&alice.refresh).await).await;
}

#[tokio::test]
async fn a_login_ends_with_its_time_however_often_it_is_refreshed() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let first = app.login("alice", "me").await;
    app.time.advance(Duration::from_secs(14 * 24 * 60 * 60 - 60));
    assert_eq!(app.get("/users/me", &first.access).await.status(), 401, "the access token is long over");
    let second = login(app.refresh(&first.refresh).await).await;
    assert_eq!(app.get("/users/me", &second.access).await.status(), 200);
    app.time.advance(Duration::from_secs(60));
    assert_eq!(
        app.get("/users/me", &second.access).await.status(),
        401,
        "though it would live for 14 minutes more"
    );
    assert_eq!(refusal(app.refresh(&second.refresh).await).await, invalid_grant());
}

#[tokio::test]
async fn a_refresh_cannot_widen_what_the_login_was_granted() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let first = app.login("alice", "me").await;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh.as_str()),
        ("scope", "me items admin"),
    ];
    let second = login(app.form("/token", &form).await).await;
    assert_eq!(second.scope, "me");
    assert_eq!(app.get("/users/me/items", &second.access).await.status(), 403);
}

#[tokio::test]
async fn a_refresh_token_opens_no_route_and_an_access_token_refreshes_nothing() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let alice = app.login("alice", "me").await;
    assert_eq!(app.get("/users/me", &alice.refresh).await.status(), 401);
    assert_eq!(refusal(app.refresh(&alice.access).await).await, invalid_grant());
}

#[tokio::test]
async fn an_inactive_user_refreshes_nothing() {
    let app = TestApp::start().await;
    app.user("alice").await;
    app.admin("root").await;
    let alice = app.login("alice", "me").await;
    let root = app.login("root", "admin").await.access;
    let (_, list) = answer(app.get("/admin/users", &root).await).await;
    let path = format!("/admin/users/{}", list["users"][0]["id"].as_str().unwrap());
    app.patch(&path, &root, &json!({ "disabled": true })).await;
    assert_eq!(refusal(app.refresh(&alice.refresh).await).await, (403, "access_denied".to_owned()));
}
