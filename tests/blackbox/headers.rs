//! Security headers on every page, error pages included, and `no-store` on every token answer.

use tests::{Browser, NewClient, Reply, Stack, TestServer};

#[track_caller]
fn expect_page_headers(reply: &Reply) {
    let shown = format!("{} {}: {:?}", reply.status, reply.url, reply.headers);
    let header = |name: &str| reply.header(name).unwrap_or_else(|| panic!("no {name}: {shown}")).to_owned();
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{shown}");
    assert!(policy.contains("frame-ancestors 'none'"), "{shown}");
    assert!(policy.contains("base-uri 'none'"), "{shown}");
    assert!(policy.contains("form-action"), "{shown}");
    for loose in ["unsafe-inline", "unsafe-eval", "data:", "*"] {
        assert!(!policy.contains(loose), "{loose} in {shown}");
    }
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-frame-options").to_ascii_uppercase(), "DENY");
    assert!(matches!(header("referrer-policy").as_str(), "same-origin" | "no-referrer"), "{shown}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin");
    assert!(header("content-type").to_ascii_lowercase().starts_with("text/html; charset=utf-8"), "{shown}");
    assert!(header("cache-control").contains("no-store"), "{shown}");
    for inline in [" style=", "<script>", " onclick=", " onload=", "<style"] {
        assert!(!reply.body.contains(inline), "{inline} would need unsafe-inline: {shown}");
    }
    for told in ["server", "x-powered-by"] {
        assert!(reply.headers.get(told).is_none(), "{told} in {shown}");
    }
    expect_accessible(reply);
}

/// What every page of the project promises to a screen reader and a keyboard.
#[track_caller]
fn expect_accessible(reply: &Reply) {
    let page = reply.page();
    assert!(page.all("html")[0].attribute("lang").is_some(), "{} names no language", reply.url);
    assert!(!page.all("title")[0].text.is_empty(), "{} has no title", reply.url);
    assert_eq!(page.all("h1").len(), 1, "{} has one main heading", reply.url);
    assert_eq!(page.all("main").len(), 1, "{} has one main part", reply.url);
    for tag in ["form", "input", "button", "textarea", "select"] {
        for control in page.all(tag) {
            let hidden = control.attribute("type") == Some("hidden");
            assert!(
                hidden || control.attribute("id").is_some(),
                "a {tag} without id on {}: {control:?}",
                reply.url
            );
            let label = control.attribute("id").and_then(|id| {
                page.all("label").into_iter().find(|label| label.attribute("for") == Some(id))
            });
            if tag == "input" && !hidden {
                let named = label.is_some() || control.attribute("aria-label").is_some();
                assert!(named, "an input without a label on {}: {control:?}", reply.url);
            }
        }
    }
}

#[tokio::test]
async fn every_page_of_the_authorization_server_has_them() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    let login = browser.authorize(&server.request(&client, "openid notes:read")).await.expect(200);
    expect_page_headers(&login);
    let wrong = browser.fill_in_login(&login, "alice", "wrong").await.expect(403);
    expect_page_headers(&wrong);
    let answer = browser.fill_in_login(&wrong, "alice", "open-sesame-alice").await.expect(303);
    let consent = browser.follow(answer).await.expect(200);
    expect_page_headers(&consent);
    expect_page_headers(&browser.get(server.url("/accounts/logout")).await.expect(200));
    expect_page_headers(&browser.get(server.url("/")).await);
}

#[tokio::test]
async fn every_error_page_of_the_authorization_server_has_them() {
    let server = TestServer::start().await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    let bad = server.request(&client, "openid").set("client_id", "nobody");
    expect_page_headers(&browser.get(bad.url()).await.expect(400));
    expect_page_headers(&browser.get(server.url("/no/such/page")).await.expect(404));
    let login = browser.open(server.url("/accounts/login")).await;
    let form = login.page().form().without("csrf_token");
    expect_page_headers(&browser.submit(&login, form).await.expect(403));
    let wrong_method = server.http.delete(server.url("/accounts/login")).header("accept", "text/html");
    let reply = Reply::read(wrong_method.send().await.unwrap()).await.expect(405);
    assert!(reply.header("content-security-policy").is_some(), "{:?}", reply.headers);
}

#[tokio::test]
async fn every_page_of_the_client_has_them() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    expect_page_headers(&browser.get(stack.client("/")).await.expect(200));
    expect_page_headers(&browser.get(stack.client("/callback?code=x&state=y")).await.expect(400));
    expect_page_headers(&browser.get(stack.client("/no-such-page")).await.expect(404));
    let login = browser.open(stack.client("/login")).await;
    let answer = browser.fill_in_login(&login, "alice", "open-sesame-alice").await;
    let consent = browser.follow(answer).await;
    let answer = browser.allow(&consent).await;
    expect_page_headers(&browser.follow(answer).await.expect(200));
    for path in ["/", "/profile", "/notes"] {
        expect_page_headers(&browser.open(stack.client(path)).await.expect(200));
    }
}

#[tokio::test]
async fn token_answers_and_their_errors_are_never_stored() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "reports:write")).await;
    for reply in [
        server.client_credentials(&client, "").await,
        server.client_credentials(&client, "unknown").await,
        server.client_credentials(&client.with_secret("x"), "").await,
        server.introspect(&client, "x").await,
        server.revoke(&client, "x").await,
        server.get("/o/token").await,
        server.get("/o/userinfo").await,
    ] {
        let shown = format!("{} {} {:?}", reply.url, reply.status, reply.headers);
        assert!(reply.header("cache-control").unwrap_or_default().contains("no-store"), "{shown}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{shown}");
    }
}

#[tokio::test]
async fn a_redirect_with_a_code_is_never_stored_and_tells_no_referrer() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let consent = browser.authorize(&server.request(&client, "openid")).await.expect(200);
    let reply = browser.allow(&consent).await.expect(303);
    assert!(reply.header("cache-control").unwrap_or_default().contains("no-store"), "{:?}", reply.headers);
    assert!(reply.header("referrer-policy").is_some(), "{:?}", reply.headers);
}

#[tokio::test]
async fn the_stylesheet_comes_from_here_and_may_be_kept() {
    let server = TestServer::start().await;
    let mut browser = Browser::new();
    let login = browser.open(server.url("/accounts/login")).await;
    let page = login.page();
    let sheets: Vec<_> =
        page.all("link").into_iter().filter(|link| link.attribute("rel") == Some("stylesheet")).collect();
    assert!(!sheets.is_empty());
    for sheet in sheets {
        let href = sheet.attribute("href").unwrap();
        assert!(href.starts_with('/') && !href.starts_with("//"), "{href}");
        let reply = server.get(href).await.expect(200);
        assert!(reply.header("content-type").unwrap().starts_with("text/css"));
        assert!(reply.header("cache-control").unwrap().contains("max-age="));
        assert!(!reply.body.contains("http://") && !reply.body.contains("@import"), "nothing from elsewhere");
    }
}
