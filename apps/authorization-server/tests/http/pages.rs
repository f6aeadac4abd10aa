use std::net::TcpListener;

use auth_core::server::Listen;
use auth_core::settings::Issuer;
use authorization_server::settings::MasterKey;
use authorization_server::{App, Settings};

use crate::harness::{Server, header};

#[tokio::test]
async fn every_page_has_the_security_headers() {
    let server = Server::start().await;
    let browser = server.browser();
    for (path, status) in [
        ("/", 200),
        ("/accounts/login", 200),
        ("/accounts/login/", 200),
        ("/accounts/logout", 200),
        ("/o/authorize", 400),
        ("/o/authorize/?client_id=nobody", 400),
        ("/o/authorize/continue?request=unknown", 400),
        ("/missing", 404),
        ("/accounts/", 404),
    ] {
        let response = browser.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        assert!(header(&response, "content-type").starts_with("text/html"), "{path}");
        let csp = header(&response, "content-security-policy");
        for directive in
            ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        {
            assert!(csp.contains(directive), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("access-control-allow-origin", ""),
            ("strict-transport-security", ""),
        ] {
            assert_eq!(header(&response, name), value, "{path}");
        }
        let page = response.text().await.unwrap();
        assert!(page.starts_with("<!doctype html>"), "{path}: {page}");
        assert_eq!(status >= 400, page.contains("id=\"what-to-do\""), "{path}: {page}");
    }
}

#[tokio::test]
async fn another_method_is_a_page_with_allow() {
    let server = Server::start().await;
    let response = server.client().delete(server.url("/accounts/login")).send().await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(header(&response, "allow"), "GET, POST");
    assert!(response.text().await.unwrap().contains("This cannot be done here"));
}

#[tokio::test]
async fn a_body_that_is_no_form_is_a_page_too() {
    let server = Server::start().await;
    for path in ["/accounts/login", "/accounts/logout", "/o/authorize"] {
        let json = server.client().post(server.url(path)).json(&["x"]).send().await.unwrap();
        assert_eq!(json.status(), 415, "{path}");
        assert!(json.text().await.unwrap().contains("id=\"what-to-do\""));
        let large = server.client().post(server.url(path)).form(&[("x", "a".repeat(70 * 1024))]);
        let large = large.send().await.unwrap();
        assert_eq!(large.status(), 413, "{path}");
        assert!(header(&large, "content-type").starts_with("text/html"));
    }
}

#[tokio::test]
async fn health_readiness_and_the_stylesheet_are_served() {
    let server = Server::start().await;
    let browser = server.browser();
    assert_eq!(browser.get("/healthz").await.status(), 200);
    assert_eq!(browser.get("/readyz").await.status(), 200);
    let css = browser.get(&auth_core::pages::STYLESHEET_PATH).await;
    assert!(header(&css, "content-type").starts_with("text/css"));
    assert!(header(&css, "cache-control").contains("immutable"));
}

#[tokio::test]
async fn an_issuer_with_a_path_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("sqlite:{}", folder.path().join("as.sqlite3").display());
    let issuer = Issuer::parse("https://example.com/auth", false).unwrap();
    let settings = Settings::new(Listen::Bound(listener), issuer, url, MasterKey::new([7; 32]));
    let error = App::build(settings).await.unwrap_err().to_string();
    assert!(error.contains("AS_ISSUER"), "{error}");
}

#[tokio::test]
async fn with_an_https_issuer_the_cookie_is_bound_to_the_host() {
    let server = Server::start_with(|settings| {
        settings.issuer = Issuer::parse("https://as.example", false).unwrap();
        settings.dev = false;
    })
    .await;
    let response = server.browser().get("/accounts/login").await;
    let cookie = header(&response, "set-cookie");
    assert!(cookie.starts_with("__Host-as_session=") && cookie.contains("; Secure"), "{cookie}");
    assert!(header(&response, "strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn our_own_failure_has_a_reference_and_never_a_reason() {
    let server = Server::start().await;
    server.sql("PRAGMA foreign_keys = OFF; DROP TABLE applications");
    let query = server.authorization_request(&[]);
    let page = server.browser().get(&format!("/o/authorize?{query}")).await;
    assert_eq!(page.status(), 500);
    assert!(header(&page, "content-security-policy").contains("frame-ancestors 'none'"));
    let page = page.text().await.unwrap();
    assert!(page.contains("id=\"reference\"") && !page.contains("applications"), "{page}");

    let form = [("grant_type", "client_credentials"), ("client_id", "web"), ("client_secret", "x")];
    let json = server.client().post(server.url("/o/token")).form(&form).send().await.unwrap();
    assert_eq!(json.status(), 500);
    assert_eq!(header(&json, "cache-control"), "no-store");
    let json = json.text().await.unwrap();
    assert!(json.contains("server_error") && !json.contains("applications"), "{json}");
}
