//! Looking after everybody's accounts.

use serde_json::{Value, json};

use crate::app::{TestApp, answer, challenge, refusal, wrong_fields};

async fn root_and_alice() -> (TestApp, String, String) {
    let app = TestApp::start().await;
    app.user("alice").await;
    app.admin("root").await;
    let root = app.login("root", "admin").await.access;
    let path = format!("/admin/users/{}", id(&app, &root, "alice").await);
    (app, root, path)
}

async fn id(app: &TestApp, admin: &str, username: &str) -> String {
    let (status, page) = answer(app.get("/admin/users", admin).await).await;
    assert_eq!(status, 200);
    let user = page["users"].as_array().unwrap().iter().find(|user| user["username"] == username).unwrap();
    user["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn without_the_scope_no_admin_route_opens() {
    let (app, _, path) = root_and_alice().await;
    let alice = app.login("alice", "me items").await.access;
    let modest_root = app.login("root", "me items").await.access;
    for token in [alice, modest_root] {
        for response in [
            app.get("/admin/users", &token).await,
            app.get(&path, &token).await,
            app.patch(&path, &token, &json!({ "scope": "admin" })).await,
            app.delete(&path, &token).await,
        ] {
            assert!(challenge(&response).contains(r#"scope="admin""#));
            assert_eq!(refusal(response).await, (403, "insufficient_scope".to_owned()));
        }
    }
}

#[tokio::test]
async fn an_account_shows_everything_but_the_password() {
    let (app, root, path) = root_and_alice().await;
    let (status, account) = answer(app.get(&path, &root).await).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&account["username"], &account["scope"], &account["disabled"]),
        (&json!("alice"), &json!("items me"), &json!(false))
    );
    assert!(!account.to_string().contains("argon2"));
    for missing in ["/admin/users/nobody", "/admin/users/%00", "/admin/users/%ff"] {
        assert_eq!(refusal(app.get(missing, &root).await).await, (404, "not_found".to_owned()));
    }
}

#[tokio::test]
async fn a_disabled_user_gets_403_until_enabled_again() {
    let (app, root, path) = root_and_alice().await;
    let alice = app.login("alice", "me").await.access;
    let (status, account) = answer(app.patch(&path, &root, &json!({ "disabled": true })).await).await;
    assert_eq!((status, &account["disabled"]), (200, &json!(true)));
    for route in ["/users/me", "/status"] {
        assert_eq!(refusal(app.get(route, &alice).await).await, (403, "access_denied".to_owned()));
    }
    app.patch(&path, &root, &json!({ "disabled": false })).await;
    assert_eq!(app.get("/users/me", &alice).await.status(), 200);
}

#[tokio::test]
async fn a_scope_that_is_taken_away_is_gone_from_tokens_that_are_out() {
    let (app, root, path) = root_and_alice().await;
    let alice = app.login("alice", "me items").await;
    assert_eq!(app.get("/users/me/items", &alice.access).await.status(), 200);
    app.patch(&path, &root, &json!({ "scope": "me" })).await;
    assert_eq!(app.get("/users/me/items", &alice.access).await.status(), 403);
    assert_eq!(app.get("/users/me", &alice.access).await.status(), 200);
    assert_eq!(crate::app::login(app.refresh(&alice.refresh).await).await.scope, "me");
}

#[tokio::test]
async fn a_change_is_checked_like_everything_else() {
    let (app, root, path) = root_and_alice().await;
    for (change, field) in [
        (json!({ "scope": "root" }), "scope"),
        (json!({ "scope": null }), "scope"),
        (json!({ "disabled": "yes" }), "disabled"),
        (json!({ "disabled": null }), "disabled"),
        (json!({ "password_hash": "x" }), "password_hash"),
    ] {
        let wrong = wrong_fields(app.patch(&path, &root, &change).await).await;
        assert_eq!(wrong[0].0, field);
    }
    let nobody = app.patch("/admin/users/nobody", &root, &json!({ "disabled": true })).await;
    assert_eq!(refusal(nobody).await, (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_user_is_deleted_with_their_logins() {
    let (app, root, path) = root_and_alice().await;
    let alice = app.login("alice", "me").await.access;
    assert_eq!(app.delete(&path, &root).await.status(), 204);
    assert_eq!(app.get("/users/me", &alice).await.status(), 401);
    assert_eq!(refusal(app.delete(&path, &root).await).await, (404, "not_found".to_owned()));
}

#[tokio::test]
async fn administrators_cannot_lock_themselves_out() {
    let (app, root, _) = root_and_alice().await;
    let own = format!("/admin/users/{}", id(&app, &root, "root").await);
    let refused = (409, "own_account".to_owned());
    assert_eq!(refusal(app.patch(&own, &root, &json!({ "scope": "me" })).await).await, refused);
    assert_eq!(refusal(app.delete(&own, &root).await).await, refused);
    assert_eq!(app.get("/admin/users", &root).await.status(), 200);
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let app = TestApp::start_with(|settings| settings.attempts.registrations = 1000).await;
    app.admin("root").await;
    let root = app.login("root", "admin").await.access;
    for n in 0..103 {
        let new = json!({ "username": format!("user{n:03}"), "password": "correct horse" });
        assert_eq!(app.register(&new).await.status(), 201);
    }
    let (_, first) = answer(app.get("/admin/users", &root).await).await;
    let names = |page: &Value| {
        page["users"].as_array().unwrap().iter().map(|user| user["username"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&first).len(), 100);
    let next = format!("/admin/users?after={}", first["next"].as_str().unwrap());
    let (_, second) = answer(app.get(&next, &root).await).await;
    assert_eq!((names(&second).len(), &second["next"]), (4, &Value::Null));
    let mut all = [names(&first), names(&second)].concat();
    all.dedup();
    assert_eq!(all.len(), 104, "nobody twice, nobody left out");
    let twice = app.get("/admin/users?after=a&after=b", &root).await;
    assert_eq!(refusal(twice).await, (400, "invalid_request".to_owned()));
}
