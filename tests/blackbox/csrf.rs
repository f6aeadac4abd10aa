//! Every form of the authorization server refuses a foreign page: a token bound to the session, the
//! `Origin` header and `Sec-Fetch-Site`.

use tests::{Authorized, Browser, Client, Reply, TestServer};

async fn consent_page() -> (TestServer, Client, Browser, Reply) {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let page = browser.authorize(&server.request(&client, "openid notes:read")).await.expect(200);
    (server, client, browser, page)
}

/// The consent form sent with these headers is refused, and the user can still decide afterwards.
async fn foreign_headers_are_refused(headers: &[(&str, &str)]) {
    let (_server, _, mut browser, page) = consent_page().await;
    let form = page.page().form().press("allow");
    browser.submit_with(&page, form, headers).await.expect_error_page(403);
    Authorized::of(&browser.allow(&page).await).code();
}

#[tokio::test]
async fn consent_from_a_foreign_origin_is_refused() {
    foreign_headers_are_refused(&[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")])
        .await;
}

#[tokio::test]
async fn consent_from_a_foreign_origin_is_refused_in_an_old_browser_too() {
    foreign_headers_are_refused(&[("origin", "https://evil.example")]).await;
}

#[tokio::test]
async fn consent_from_origin_null_is_refused() {
    foreign_headers_are_refused(&[("origin", "null"), ("sec-fetch-site", "cross-site")]).await;
    foreign_headers_are_refused(&[("origin", "null")]).await;
}

#[tokio::test]
async fn consent_from_another_port_of_the_same_host_is_refused() {
    foreign_headers_are_refused(&[("origin", "http://localhost:1"), ("sec-fetch-site", "same-site")]).await;
}

#[tokio::test]
async fn consent_that_says_cross_site_is_refused_whatever_its_origin_is() {
    foreign_headers_are_refused(&[("sec-fetch-site", "cross-site")]).await;
}

#[tokio::test]
async fn consent_without_a_csrf_token_is_refused() {
    let (_server, _, mut browser, page) = consent_page().await;
    let form = page.page().form().without("csrf_token").press("allow");
    browser.submit(&page, form).await.expect_error_page(403);
    let form = page.page().form().set("csrf_token", "").press("allow");
    browser.submit(&page, form).await.expect_error_page(403);
    let form = page.page().form().set("csrf_token", &"0".repeat(64)).press("allow");
    browser.submit(&page, form).await.expect_error_page(403);
    Authorized::of(&browser.allow(&page).await).code();
}

#[tokio::test]
async fn consent_with_a_csrf_token_of_another_session_is_refused() {
    let (server, client, mut browser, page) = consent_page().await;
    server.user("mallory").await;
    let mut mallory = Browser::new();
    mallory.sign_in(&server, "mallory").await;
    let hers = mallory.authorize(&server.request(&client, "openid")).await.expect(200);
    let token = hers.page().form().field("csrf_token").unwrap().to_owned();
    let form = page.page().form().set("csrf_token", &token).press("allow");
    browser.submit(&page, form).await.expect_error_page(403);
}

#[tokio::test]
async fn consent_without_a_session_decides_nothing() {
    let (_server, _, _, page) = consent_page().await;
    let reply = Browser::new().allow(&page).await;
    assert!(
        reply.header("location").is_none_or(|location| !location.contains("code=")),
        "{:?}",
        reply.headers
    );
}

#[tokio::test]
async fn a_login_from_a_foreign_page_is_refused() {
    // Login CSRF: the victim would work in the attacker's account.
    let server = TestServer::start().await;
    server.user("mallory").await;
    let mut victim = Browser::new();
    let page = victim.open(server.url("/accounts/login")).await.expect(200);
    let form = page.page().form().set("username", "mallory").set("password", "open-sesame-mallory");
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    victim.submit_with(&page, form.clone(), &foreign).await.expect_error_page(403);
    let null = [("origin", "null")];
    victim.submit_with(&page, form.clone(), &null).await.expect_error_page(403);
    victim.submit(&page, form.clone().without("csrf_token")).await.expect_error_page(403);
    let client = server.client("notes").await;
    let reply = victim.authorize(&server.request(&client, "openid")).await;
    reply.page().by_id("sign-in").expect("nobody is signed in");
    victim.submit(&page, form).await.expect(303);
}

#[tokio::test]
async fn a_login_form_of_another_browser_is_refused() {
    let server = TestServer::start().await;
    server.user("mallory").await;
    let theirs = Browser::new().open(server.url("/accounts/login")).await.expect(200);
    let mut victim = Browser::new();
    victim.open(server.url("/accounts/login")).await.expect(200);
    let form = theirs.page().form().set("username", "mallory").set("password", "open-sesame-mallory");
    victim.submit(&theirs, form).await.expect_error_page(403);
}

#[tokio::test]
async fn a_logout_from_a_foreign_page_is_refused() {
    let (server, client, mut browser, _) = consent_page().await;
    let page = browser.get(server.url("/accounts/logout")).await;
    assert_eq!(page.status, 200, "GET only asks; a foreign image must not sign anybody out");
    let form = page.page().form();
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    browser.submit_with(&page, form.clone(), &foreign).await.expect_error_page(403);
    browser.submit(&page, form.clone().without("csrf_token")).await.expect_error_page(403);
    let request = server.request(&client, "openid notes:read");
    browser.authorize(&request).await.expect(200).page().by_id("allow").expect("still signed in");
    let reply = browser.submit(&page, form).await;
    assert_eq!(reply.status, 303);
    browser.authorize(&request).await.page().by_id("sign-in").expect("signed out");
}

#[tokio::test]
async fn the_forms_referrer_policy_lets_a_browser_send_its_origin() {
    // Under no-referrer a browser sends `Origin: null` with the page's own form.
    let (_server, _, _, page) = consent_page().await;
    assert_eq!(page.header("referrer-policy"), Some("same-origin"));
}
