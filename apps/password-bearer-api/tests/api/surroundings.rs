//! What is around the routes: pages, documents, CORS, limits.

use auth_core::{
    jwt::{Algorithm, SigningKey},
    server::Listen,
    settings::Issuer,
};
use password_bearer_api::{App, Settings};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{TestApp, answer, refusal};

#[tokio::test]
async fn the_page_at_the_root_says_what_this_is_and_loads_nothing_from_elsewhere() {
    let app = TestApp::start().await;
    let response = app.http.get(&app.url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(
        response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'; style-src 'self'")
    );
    let page = response.text().await.unwrap();
    assert!(page.contains("curl http://localhost:8001/token"), "{page}");
    assert!(!page.contains("<script") && !page.contains("https://"), "{page}");
}

#[tokio::test]
async fn the_document_describes_the_password_flow() {
    let app = TestApp::start().await;
    let (_, document) = answer(app.http.get(format!("{}/openapi.json", app.url)).send().await.unwrap()).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(
        document["components"]["securitySchemes"]["password"],
        json!({
            "type": "oauth2",
            "flows": { "password": {
                "tokenUrl": "/token",
                "refreshUrl": "/token",
                "scopes": {
                    "me": "Read and change your own account.",
                    "items": "Read your items.",
                    "admin": "Read and change every account.",
                },
            } },
        })
    );
    assert_eq!(document["paths"]["/users/me/items"]["get"]["security"], json!([{ "password": ["items"] }]));
    let mut ids = operation_ids(&document);
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "Swagger UI confuses operations with one id");
}

fn operation_ids(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    operations.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn swagger_ui_is_served_from_here_under_a_tight_policy() {
    let app = TestApp::start().await;
    let response = app.http.get(format!("{}/docs", app.url)).send().await.unwrap();
    assert_eq!(response.headers()["location"], "/docs/");
    let response = app.http.get(format!("{}/docs/", app.url)).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(response.headers()["x-frame-options"], "DENY");
    let bundle = app.http.get(format!("{}/docs/swagger-ui-bundle.js", app.url)).send().await.unwrap();
    assert_eq!(bundle.status(), 200);
}

#[tokio::test]
async fn other_sites_pages_may_call_only_if_they_are_on_the_list() {
    let app =
        TestApp::start_with(|settings| settings.cors_origins = vec!["https://app.example".to_owned()]).await;
    let preflight = |origin: &'static str| {
        app.request(Method::OPTIONS, "/users/me")
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization")
            .send()
    };
    let allowed = preflight("https://app.example").await.unwrap();
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://app.example");
    assert!(!allowed.headers().contains_key("access-control-allow-credentials"));
    for origin in ["https://evil.example", "https://app.example.evil.example", "http://app.example", "null"] {
        let refused = preflight(origin).await.unwrap();
        assert!(!refused.headers().contains_key("access-control-allow-origin"), "{origin}");
    }
}

#[tokio::test]
async fn an_origin_that_is_none_is_refused_at_start() {
    for origin in ["*", "https://app.example/", "app.example", "null"] {
        let listen = Listen::Address("127.0.0.1:0".parse().unwrap());
        let url = Issuer::parse("http://localhost:8001", true).unwrap();
        let key = SigningKey::generate(Algorithm::HS256).unwrap();
        let mut settings = Settings::new(listen, url, "sqlite::memory:", key);
        settings.cors_origins = vec![origin.to_owned()];
        let problem = App::build(settings).await.unwrap_err().to_string();
        assert!(problem.contains("CORS_ORIGINS") && problem.contains(origin), "{problem}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_json() {
    let app = TestApp::start().await;
    let response = app.http.get(format!("{}/nothing", app.url)).send().await.unwrap();
    assert_eq!(answer(response).await.1["detail"], "Not Found");
    let response = app.request(Method::PUT, "/users/me").send().await.unwrap();
    assert_eq!(response.headers()["allow"], "GET,HEAD,PATCH,DELETE");
    assert_eq!(refusal(response).await, (405, "invalid_request".to_owned()));
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let app = TestApp::start().await;
    let response = app.register(&json!({ "username": "x".repeat(20_000), "password": "y" })).await;
    assert_eq!(response.status(), 413);
    let response = app.form("/token", &[("username", &"x".repeat(20_000)), ("password", "y")]).await;
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn health_and_headers() {
    let app = TestApp::start().await;
    for (path, status) in
        [("/healthz", 200), ("/readyz", 200), ("/users/me", 401), ("/openapi.json", 200), ("/nothing", 404)]
    {
        let response = app.http.get(format!("{}{path}", app.url)).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
    }
}
