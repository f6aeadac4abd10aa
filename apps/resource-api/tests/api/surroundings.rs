//! What is around the protected routes: what the API says of itself, and what it refuses.

use auth_core::{server::Listen, settings::Issuer};
use resource_api::{App, Settings, TokenCheck};
use serde_json::{Value, json};

use super::{TestApp, error};

#[tokio::test]
async fn the_api_says_what_it_is_and_where_tokens_come_from() {
    let app = TestApp::start().await;
    let issuer = &app.authorization_server.issuer;
    let about: Value = app.http.get(&app.url).send().await.unwrap().json().await.unwrap();
    assert_eq!(about["name"], "resource-api");
    assert_eq!(about["authorization_server"], *issuer);

    let url = format!("{}/.well-known/oauth-protected-resource", app.url);
    let metadata: Value = app.http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        metadata,
        json!({
            "resource": "https://api.example",
            "authorization_servers": [issuer],
            "scopes_supported": ["notes:read", "notes:write", "reports:write"],
            "bearer_methods_supported": ["header"],
            "resource_name": "Notes",
        })
    );
}

#[tokio::test]
async fn every_answer_has_the_headers_of_an_api() {
    let app = TestApp::start().await;
    for (path, status) in
        [("/", 200), ("/notes", 401), ("/nothing", 404), ("/healthz", 200), ("/readyz", 200)]
    {
        let response = app.http.get(format!("{}{path}", app.url)).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_json() {
    let app = TestApp::start().await;
    let response = app.http.get(format!("{}/nothing", app.url)).send().await.unwrap();
    assert_eq!((response.status().as_u16(), error(response).await.as_str()), (404, "not_found"));
    let response = app.http.patch(format!("{}/notes", app.url)).send().await.unwrap();
    assert_eq!((response.status().as_u16(), error(response).await.as_str()), (405, "invalid_request"));
}

#[tokio::test]
async fn bodies_have_a_type_and_a_limit() {
    let app = TestApp::start().await;
    let alice = app.user("alice");
    let post = || app.http.post(format!("{}/notes", app.url)).bearer_auth(&alice);

    let response = post().body(r#"{"text":"a"}"#).header("content-type", "text/plain").send().await.unwrap();
    assert_eq!((response.status().as_u16(), error(response).await.as_str()), (415, "invalid_request"));
    let response = post().json(&json!({ "text": "x".repeat(40_000) })).send().await.unwrap();
    assert_eq!((response.status().as_u16(), error(response).await.as_str()), (413, "invalid_request"));
    let response = post().body("{").header("content-type", "application/json").send().await.unwrap();
    assert_eq!((response.status().as_u16(), error(response).await.as_str()), (400, "invalid_request"));
}

#[tokio::test]
async fn a_resource_that_tokens_would_travel_to_in_the_clear_is_refused_at_start() {
    for (resource, database, setting) in [
        ("http://api.example", "sqlite::memory:", "RESOURCE"),
        ("https://api.example", "mysql://db", "DATABASE_URL"),
    ] {
        let issuer = Issuer::parse("http://localhost:9000", true).unwrap();
        let listen = Listen::Address("127.0.0.1:0".parse().unwrap());
        let mut settings = Settings::new(listen, issuer, resource, TokenCheck::Local);
        settings.database_url = database.to_owned();
        let problem = App::build(settings).await.unwrap_err().to_string();
        assert!(problem.contains(setting), "{problem}");
    }
}
