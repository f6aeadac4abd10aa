//! `POST /token` with a password: RFC 6749 §4.3, §5.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::app::{PASSWORD, TestApp, answer, refusal};

#[tokio::test]
async fn a_login_answers_with_all_that_rfc_6749_section_5_1_names() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let response = app.try_login("alice", PASSWORD).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["pragma"], "no-cache");
    let (status, body) = answer(response).await;
    assert_eq!(status, 200);
    let mut names: Vec<_> = body.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("bearer"), &json!(900)));
}

#[tokio::test]
async fn capitals_in_a_username_do_not_make_another_user() {
    let app = TestApp::start().await;
    app.user("alice").await;
    assert_eq!(app.try_login("Alice", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn scopes_are_never_wider_than_the_users() {
    let app = TestApp::start().await;
    app.user("alice").await;
    app.admin("root").await;
    for (user, asked, granted) in [
        ("alice", "", "me"),
        ("alice", "items me", "items me"),
        ("alice", "me admin unheard-of", "me"),
        ("root", "", "me"),
        ("root", "admin", "admin"),
    ] {
        assert_eq!(app.login(user, asked).await.scope, granted, "{user} asks for {asked:?}");
    }
    for asked in ["admin", "unheard-of", "me  items", "\"me\"", " me"] {
        let form = [("username", "alice"), ("password", PASSWORD), ("scope", asked)];
        assert_eq!(
            refusal(app.form("/token", &form).await).await,
            (400, "invalid_scope".to_owned()),
            "{asked:?}"
        );
    }
}

#[tokio::test]
async fn other_grants_are_unsupported() {
    let app = TestApp::start().await;
    for grant in [
        "authorization_code",
        "client_credentials",
        "implicit",
        "PASSWORD",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        let form = [("grant_type", grant), ("username", "alice"), ("password", PASSWORD)];
        let expected = (400, "unsupported_grant_type".to_owned());
        assert_eq!(refusal(app.form("/token", &form).await).await, expected, "{grant}");
    }
}

#[tokio::test]
async fn what_is_no_form_of_oauth_is_an_invalid_request() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let invalid = (400, "invalid_request".to_owned());
    let form = "application/x-www-form-urlencoded";
    let credentials = "username=alice&password=correct+horse";
    for (content_type, body) in [
        (form, format!("{credentials}&username=alice")),
        (form, format!("{credentials}&scope=me&scope=items")),
        (form, "username=alice&password=%zz".to_owned()),
        (form, "username=alice&password=".to_owned()),
        (form, String::new()),
        ("application/json", json!({ "username": "alice", "password": PASSWORD }).to_string()),
        ("text/plain", credentials.to_owned()),
    ] {
        let request = app.http.post(format!("{}/token", app.url)).header("content-type", content_type);
        assert_eq!(refusal(request.body(body.clone()).send().await.unwrap()).await, invalid, "{body}");
    }
    // A password in the address would be in every log.
    let response = app.http.post(format!("{}/token?{credentials}", app.url)).send().await.unwrap();
    assert_eq!(refusal(response).await, invalid);
}

#[tokio::test]
async fn an_unknown_user_costs_as_much_time_as_a_wrong_password() {
    let app = TestApp::start().await;
    app.user("alice").await;
    // Whatever else the machine does hits all three alike, and the quickest of many not at all.
    let mut quickest = [Duration::MAX; 3];
    for _ in 0..15 {
        for (username, quickest) in ["alice", "nobody", "no name at all"].into_iter().zip(&mut quickest) {
            let begin = Instant::now();
            assert_eq!(app.try_login(username, "wrong").await.status(), 401);
            *quickest = begin.elapsed().min(*quickest);
        }
    }
    // Hashing takes many times as long as all the rest.
    let [known, unknown, no_name] = quickest;
    assert!(unknown * 3 > known && no_name * 3 > known && known * 3 > unknown, "{quickest:?}");
}

#[tokio::test]
async fn clients_of_fastapi_that_send_client_credentials_are_served() {
    let app = TestApp::start().await;
    app.user("alice").await;
    // Swagger UI sends an Authorization header with whatever its client fields hold.
    let form =
        [("grant_type", "password"), ("username", "alice"), ("password", PASSWORD), ("client_id", "x")];
    let request = app.http.post(format!("{}/token", app.url)).basic_auth("undefined", Some("undefined"));
    let body: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
    assert!(body["access_token"].is_string(), "{body}");
}
