//! What the pages show, and what they never show.

use http::StatusCode;

use crate::browser::TestApp;
use crate::provider::CODE;

#[tokio::test]
async fn a_stranger_is_told_what_will_happen_and_finds_the_way_in() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let answer = browser.get("/").await;
    assert_eq!(answer.status, StatusCode::OK);
    let host = app.provider.issuer.strip_prefix("http://").unwrap();
    assert!(answer.body.contains(r#"<a class="button" id="login" href="/login">Sign in</a>"#));
    assert!(answer.body.contains(host), "the name to look for in the address bar");
    assert!(browser.cookie.is_none(), "looking around needs no cookie");
    for page in ["/profile", "/notes"] {
        let answer = browser.get(page).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.body.contains(r#"id="login""#));
    }
}

#[tokio::test]
async fn the_profile_shows_the_user_and_no_page_shows_a_token() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let profile = browser.get("/profile").await.body;
    assert!(profile.contains(r#"<dd id="name">Alice &#60;Liddell&#62;</dd>"#), "{profile}");
    assert!(profile.contains(r#"<dd id="sub" class="value">user-1</dd>"#));
    assert!(profile.contains(r#"<span class="badge">notes:read</span>"#));
    assert!(profile.contains("Ends "));
    let session = browser.cookie.clone().unwrap();
    let session = session.split_once('=').unwrap().1.to_owned();
    for page in ["/", "/profile", "/notes"] {
        let body = browser.get(page).await.body;
        for secret in ["access-1", "refresh-1", "eyJ", CODE, &session] {
            assert!(!body.contains(secret), "{secret} on {page}");
        }
    }
}

#[tokio::test]
async fn without_userinfo_the_id_token_names_the_user() {
    let app = TestApp::start().await;
    app.provider.set_mood(|mood| mood.userinfo = false);
    let profile = app.signed_in().await.get("/profile").await.body;
    assert!(profile.contains(r#"<dd id="name">alice</dd>"#), "{profile}");
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    for page in ["/", "/profile", "/notes", "/callback", "/login", "/no-such-page", "/logout"] {
        let answer = browser.get(page).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{page}");
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("cache-control"), "no-store", "{page}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{page}");
    }
}

#[tokio::test]
async fn an_unknown_page_is_a_404_and_a_wrong_method_a_405() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let answer = browser.get("/no-such-page?<script>").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains("There is no such page") && !answer.body.contains("script"));
    let answer = browser.post("/callback", &[("code", "x")], &[]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}
