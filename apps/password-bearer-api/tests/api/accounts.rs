//! Making and changing one's own account.

use serde_json::{Value, json};

use crate::app::{PASSWORD, TestApp, answer, refusal, wrong_fields};

#[tokio::test]
async fn who_registers_can_log_in() {
    let app = TestApp::start().await;
    let new = json!({ "username": "alice", "password": PASSWORD, "email": "alice@example.com", "full_name": "Alice A." });
    let (status, body) = answer(app.register(&new).await).await;
    let alice = json!({ "username": "alice", "email": "alice@example.com", "full_name": "Alice A.", "disabled": false });
    assert_eq!((status, &body), (201, &alice));
    let token = app.login("alice", "me").await.access;
    assert_eq!(answer(app.get("/users/me", &token).await).await, (200, alice));

    let (status, body) =
        answer(app.register(&json!({ "username": "bob", "password": PASSWORD })).await).await;
    assert_eq!((status, &body["email"], &body["full_name"]), (201, &Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_username_is_given_once_whatever_its_capitals() {
    let app = TestApp::start().await;
    app.user("alice").await;
    for username in ["alice", "ALICE"] {
        let response = app.register(&json!({ "username": username, "password": "another password" })).await;
        assert_eq!(refusal(response).await, (409, "username_taken".to_owned()));
    }
    assert_eq!(app.try_login("alice", "another password").await.status(), 401);
    let new = json!({ "username": "racer", "password": PASSWORD });
    let answers = futures::future::join_all((0..10).map(|_| app.register(&new))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status() == 201).count(), 1);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let app = TestApp::start().await;
    let wrong = async |body: Value| {
        let mut wrong = wrong_fields(app.register(&body).await).await;
        wrong.sort();
        let pairs: Vec<_> = wrong.iter().map(|(field, kind)| format!("{field}: {kind}")).collect();
        pairs.join(", ")
    };
    assert_eq!(wrong(json!({})).await, "password: missing, username: missing");
    assert_eq!(
        wrong(json!({ "username": "a b", "password": "short", "email": "nowhere", "full_name": "\u{7}" }))
            .await,
        "email: value_error, full_name: value_error, password: value_error, username: value_error"
    );
    assert_eq!(
        wrong(json!({ "username": 1, "password": null, "email": ["a@b.example"] })).await,
        "email: string_type, password: string_type, username: string_type"
    );
    // Nobody makes themselves an administrator on the way.
    let sneaky = json!({ "username": "mallory", "password": PASSWORD, "scope": "admin", "disabled": false });
    assert_eq!(wrong(sneaky).await, "disabled: extra_forbidden, scope: extra_forbidden");
    assert_eq!(app.try_login("mallory", PASSWORD).await.status(), 401, "nothing was made");
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let app = TestApp::start().await;
    let post = |content_type: &'static str, body: &'static str| {
        app.http.post(format!("{}/users", app.url)).header("content-type", content_type).body(body).send()
    };
    let response = post("application/x-www-form-urlencoded", "username=alice&password=x").await.unwrap();
    assert_eq!(refusal(response).await, (415, "invalid_request".to_owned()));
    for (body, kind) in [
        ("{", "json_invalid"),
        ("", "json_invalid"),
        ("[1]", "model_attributes_type"),
        ("7", "model_attributes_type"),
    ] {
        let response = post("application/json; charset=utf-8", body).await.unwrap();
        assert_eq!(wrong_fields(response).await, [(String::new(), kind.to_owned())], "{body}");
    }
}

#[tokio::test]
async fn closed_registration_is_for_administrators() {
    let app = TestApp::start_with(|settings| settings.open_registration = false).await;
    app.user("alice").await;
    app.admin("root").await;
    let new = json!({ "username": "bob", "password": PASSWORD });
    assert_eq!(refusal(app.register(&new).await).await, (403, "access_denied".to_owned()));
    let alice = app.login("alice", "me items").await.access;
    assert_eq!(refusal(app.post("/users", &alice, &new).await).await, (403, "access_denied".to_owned()));
    // An administrator whose token is for less is nobody special.
    let root = app.login("root", "me").await.access;
    assert_eq!(app.post("/users", &root, &new).await.status(), 403);
    let root = app.login("root", "admin").await.access;
    assert_eq!(app.post("/users", &root, &new).await.status(), 201);
    assert_eq!(app.try_login("bob", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_bad_token_is_refused_even_where_none_is_needed() {
    let app = TestApp::start().await;
    let new = json!({ "username": "bob", "password": PASSWORD });
    assert_eq!(refusal(app.post("/users", "nonsense", &new).await).await, (401, "invalid_token".to_owned()));
}

#[tokio::test]
async fn a_profile_changes_where_it_is_told_to() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let token = app.login("alice", "me").await.access;
    let changed = async |change: Value| answer(app.patch("/users/me", &token, &change).await).await;

    let (status, body) = changed(json!({ "email": "a@example.com", "full_name": "  Alice  " })).await;
    assert_eq!((status, &body["email"], &body["full_name"]), (200, &json!("a@example.com"), &json!("Alice")));
    let (_, body) = changed(json!({ "email": null })).await;
    assert_eq!((&body["email"], &body["full_name"]), (&Value::Null, &json!("Alice")));
    let (status, body) = changed(json!({})).await;
    assert_eq!((status, &body["full_name"]), (200, &json!("Alice")));

    for wrong in [json!({ "username": "root" }), json!({ "disabled": true }), json!({ "email": "x" })] {
        assert_eq!(changed(wrong).await.0, 422);
    }
    let items = app.login("alice", "items").await.access;
    assert_eq!(app.patch("/users/me", &items, &json!({})).await.status(), 403);
}

#[tokio::test]
async fn a_new_password_ends_every_other_login() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let (mine, other) = (app.login("alice", "me").await, app.login("alice", "me").await);
    let change = |current: &str, new: &str| json!({ "current_password": current, "new_password": new });

    let wrong = app.post("/users/me/password", &mine.access, &change("wrong", "battery staple")).await;
    assert_eq!(refusal(wrong).await, (400, "wrong_password".to_owned()));
    let weak = app.post("/users/me/password", &mine.access, &change(PASSWORD, "12345678")).await;
    assert_eq!(wrong_fields(weak).await, [("new_password".to_owned(), "value_error".to_owned())]);
    assert_eq!(app.get("/users/me", &other.access).await.status(), 200, "nothing has happened yet");

    let done = app.post("/users/me/password", &mine.access, &change(PASSWORD, "battery staple")).await;
    assert_eq!(done.status(), 204);
    assert_eq!(app.get("/users/me", &mine.access).await.status(), 200);
    assert_eq!(app.get("/users/me", &other.access).await.status(), 401);
    assert_eq!(refusal(app.refresh(&other.refresh).await).await, (400, "invalid_grant".to_owned()));
    assert_eq!(app.refresh(&mine.refresh).await.status(), 200);
    assert_eq!(app.try_login("alice", PASSWORD).await.status(), 401);
    assert_eq!(app.try_login("alice", "battery staple").await.status(), 200);
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_tokens() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let alice = app.login("alice", "me").await;
    assert_eq!(app.delete("/users/me", &alice.access).await.status(), 204);
    assert_eq!(app.get("/users/me", &alice.access).await.status(), 401);
    assert_eq!(refusal(app.refresh(&alice.refresh).await).await, (400, "invalid_grant".to_owned()));
    assert_eq!(app.try_login("alice", PASSWORD).await.status(), 401);

    // Whoever takes the name next is somebody else to every token that is still about.
    app.user("alice").await;
    assert_eq!(app.get("/users/me", &alice.access).await.status(), 401);
}
