//! The steps of FastAPI's security tutorial, request by request. Where an answer is stricter than
//! FastAPI's, a comment says so; `docs/coming-from/fastapi.md` lists these.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/app.rs"]
mod app;

use app::{TestApp, answer, challenge};
use serde_json::{Value, json};

/// The hash of `secret` in the tutorial, by passlib.
const BCRYPT: &str = "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";

async fn app() -> TestApp {
    let app = TestApp::start().await;
    app.johndoe(BCRYPT).await;
    app
}

async fn token(app: &TestApp, scope: &str) -> String {
    let form = [("username", "johndoe"), ("password", "secret"), ("scope", scope)];
    let (status, body) = answer(app.form("/token", &form).await).await;
    assert_eq!(status, 200, "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn first_steps_without_a_token_one_is_asked_for() {
    let app = app().await;
    let response = app.http.get(format!("{}/users/me/items/", app.url)).send().await.unwrap();
    assert!(challenge(&response).starts_with("Bearer"));
    assert_eq!(answer(response).await, (401, json!({ "detail": "Not authenticated" })));
}

#[tokio::test]
async fn first_steps_a_header_that_is_not_bearer_is_no_token() {
    let app = app().await;
    let request = app.http.get(format!("{}/users/me", app.url)).basic_auth("johndoe", Some("secret"));
    let response = request.send().await.unwrap();
    assert_eq!(answer(response).await, (401, json!({ "detail": "Not authenticated" })));
}

#[tokio::test]
async fn get_current_user_a_made_up_token_opens_nothing() {
    let app = app().await;
    // The tutorial's first version accepts any text. From its JWT step on it answers as here.
    for made_up in ["johndoe", "abc.def.ghi", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2huZG9lIn0."] {
        let response = app.get("/users/me", made_up).await;
        assert!(challenge(&response).starts_with("Bearer"));
        let (status, body) = answer(response).await;
        assert_eq!(status, 401, "{made_up}");
        assert_eq!(body["detail"], "Could not validate credentials");
        assert_eq!(body["error"], "invalid_token");
    }
}

#[tokio::test]
async fn simple_oauth2_log_in_and_see_oneself() {
    let app = app().await;
    let form = [("grant_type", "password"), ("username", "johndoe"), ("password", "secret")];
    let (status, body) = answer(app.form("/token", &form).await).await;
    assert_eq!((status, &body["token_type"]), (200, &json!("bearer")));
    let token = body["access_token"].as_str().unwrap();

    // Stricter: the tutorial's first version shows the hash of the password, too.
    let me = json!({
        "username": "johndoe",
        "email": "johndoe@example.com",
        "full_name": "John Doe",
        "disabled": false,
    });
    assert_eq!(answer(app.get("/users/me", token).await).await, (200, me.clone()));
    assert_eq!(answer(app.get("/users/me/", token).await).await, (200, me));
}

#[tokio::test]
async fn simple_oauth2_wrong_username_and_wrong_password_are_one_answer() {
    let app = app().await;
    let password = app.try_login("johndoe", "wrong").await;
    let username = app.try_login("nobody", "secret").await;
    assert!(challenge(&password).starts_with("Bearer"));
    let password: (u16, Value) = answer(password).await;
    assert_eq!(password, answer(username).await);
    assert_eq!(password.0, 401);
    assert_eq!(password.1["detail"], "Incorrect username or password");
    assert_eq!(password.1["error"], "invalid_grant", "what OAuth's clients look at");
}

#[tokio::test]
async fn simple_oauth2_a_form_without_a_field_is_refused() {
    let app = app().await;
    // Other than FastAPI's 422: RFC 6749 §5.2 has a code for it.
    for form in [&[("username", "johndoe")][..], &[("password", "secret")], &[]] {
        let (status, body) = answer(app.form("/token", form).await).await;
        assert_eq!((status, &body["error"]), (400, &json!("invalid_request")));
        assert!(body["detail"].as_str().unwrap().contains("missing"));
    }
}

#[tokio::test]
async fn simple_oauth2_an_inactive_user_gets_nothing() {
    let app = app().await;
    app.admin("root").await;
    let mine = token(&app, "me").await;
    let admin = app.login("root", "admin").await.access;
    let (_, list) = answer(app.get("/admin/users", &admin).await).await;
    let path = format!("/admin/users/{}", list["users"][0]["id"].as_str().unwrap());
    assert_eq!(app.patch(&path, &admin, &json!({ "disabled": true })).await.status(), 200);

    // Stricter than FastAPI's 400: 403, and no token either.
    let (status, body) = answer(app.get("/users/me", &mine).await).await;
    assert_eq!((status, &body["detail"]), (403, &json!("Inactive user")));
    let (status, body) = answer(app.try_login("johndoe", "secret").await).await;
    assert_eq!((status, &body["detail"]), (403, &json!("Inactive user")));
}

#[tokio::test]
async fn jwt_and_hashing_the_old_hash_logs_in_and_is_replaced_by_a_better_one() {
    let app = app().await;
    token(&app, "me").await;
    // The second login meets the new hash.
    token(&app, "me").await;
    let hash = stored_hash(&app);
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert_eq!(app.try_login("johndoe", "wrong").await.status(), 401);
}

#[tokio::test]
async fn jwt_and_hashing_newer_versions_of_the_tutorial_hash_with_argon2() {
    let app = TestApp::start().await;
    app.johndoe(
        "$argon2id$v=19$m=65536,t=3,p=4$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc",
    )
    .await;
    token(&app, "me").await;
}

#[tokio::test]
// ANCHOR: a_token_expires
async fn jwt_and_hashing_a_token_expires() {
    let app = app().await;
    let token = token(&app, "me").await;
    app.time.advance(std::time::Duration::from_secs(15 * 60 + 5));
    let (status, body) = answer(app.get("/users/me", &token).await).await;
    assert_eq!((status, &body["detail"]), (401, &json!("Could not validate credentials")));
}
// ANCHOR_END: a_token_expires

#[tokio::test]
async fn scopes_each_opens_its_own_routes() {
    let app = app().await;
    let both = token(&app, "me items").await;
    let items = json!([{ "item_id": "Foo", "owner": "johndoe" }]);
    assert_eq!(app.get("/users/me/", &both).await.status(), 200);
    assert_eq!(answer(app.get("/users/me/items/", &both).await).await, (200, items));
    assert_eq!(answer(app.get("/status/", &both).await).await, (200, json!({ "status": "ok" })));

    let me = token(&app, "me").await;
    assert_eq!(app.get("/users/me/", &me).await.status(), 200);
    let response = app.get("/users/me/items/", &me).await;
    // Other than FastAPI's 401: RFC 6750 §3.1 has 403 for a token that is good but lacks a scope.
    assert!(challenge(&response).contains(r#"scope="items""#));
    let (status, body) = answer(response).await;
    assert_eq!((status, &body["detail"]), (403, &json!("Not enough permissions")));
    assert_eq!(answer(app.get("/status/", &me).await).await.0, 200, "any scope will do");

    let items = token(&app, "items").await;
    assert_eq!(app.get("/users/me/", &items).await.status(), 403);
    assert_eq!(app.get("/status/", &items).await.status(), 200);
}

#[tokio::test]
async fn scopes_the_challenge_names_what_the_route_needs() {
    let app = app().await;
    let response = app.http.get(format!("{}/users/me/items/", app.url)).send().await.unwrap();
    assert!(challenge(&response).contains(r#"scope="items""#));
    let response = app.get("/users/me/items/", "nonsense").await;
    assert!(challenge(&response).contains(r#"scope="items""#));
    let response = app.http.get(format!("{}/status/", app.url)).send().await.unwrap();
    assert!(!challenge(&response).contains("scope="));
}

fn stored_hash(app: &TestApp) -> String {
    use diesel::{Connection, RunQueryDsl, sql_query};

    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        password_hash: String,
    }
    let query = sql_query("SELECT password_hash FROM users WHERE username = 'johndoe'");
    let url = app.database_url();
    let row: Row = match url.strip_prefix("sqlite:") {
        Some(path) => query.get_result(&mut diesel::SqliteConnection::establish(path).unwrap()).unwrap(),
        None => query.get_result(&mut diesel::PgConnection::establish(&url).unwrap()).unwrap(),
    };
    row.password_hash
}
