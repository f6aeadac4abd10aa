//! The web client end to end: sign-in, profile, notes, refresh, logout. Tokens stay on the server.

use std::time::Duration;

use serde_json::json;
use tests::{
    Browser, LoneClient, Reply, Stack, TestServer,
    http::query_of,
    lone::registration,
    server::free_listener,
    stack::{ClientSettings, Parts, start_client},
    stub::{ACCESS_TOKEN, Answer, Stub},
};

/// Signs in at the client, allows everything, and ends on the client's page.
async fn sign_in(stack: &Stack, browser: &mut Browser, username: &str) -> Reply {
    let login = browser.open(stack.client("/login")).await.expect(200);
    let answer =
        browser.fill_in_login(&login, username, &format!("open-sesame-{username}")).await.expect(303);
    let consent = browser.follow(answer).await.expect(200);
    let answer = browser.allow(&consent).await.expect(303);
    browser.follow(answer).await.expect(200)
}

async fn add_note(stack: &Stack, browser: &mut Browser, text: &str) -> Reply {
    let page = browser.open(stack.client("/notes")).await.expect(200);
    let form = page.page().form_by_id("note-form").set("text", text).press("add-note");
    let reply = browser.submit(&page, form).await;
    browser.follow(reply).await
}

async fn log_out(browser: &mut Browser, stack: &Stack) -> Reply {
    let page = browser.open(stack.client("/profile")).await.expect(200);
    let form = page.page().form_by_id("logout-form").press("logout");
    browser.submit(&page, form).await
}

fn is_signed_out(reply: &Reply) -> bool {
    // Either a page that says so or a way to the sign-in; never somebody's profile.
    reply.status != 200
}

#[tokio::test]
async fn login_asks_the_provider_with_state_nonce_and_pkce() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    let reply = browser.get(stack.client("/login")).await;
    assert!(matches!(reply.status.as_u16(), 302 | 303), "{}", reply.status);
    let url = reply.location().unwrap();
    assert!(url.as_str().starts_with(&stack.server.url("/o/authorize?")));
    let sent = query_of(&url);
    assert_eq!(sent["response_type"], "code");
    assert_eq!(sent["client_id"], stack.web.client_id);
    assert_eq!(sent["redirect_uri"], stack.web.redirect_uri);
    assert_eq!((sent["code_challenge_method"].as_str(), sent["code_challenge"].len()), ("S256", 43));
    assert!(sent["state"].len() >= 22 && sent["nonce"].len() >= 22);
    let again = query_of(&browser.get(stack.client("/login")).await.location().unwrap());
    for once in ["state", "nonce", "code_challenge"] {
        assert_ne!(sent[once], again[once], "{once} is fresh for every sign-in");
    }
    assert!(reply.header("cache-control").is_some_and(|value| value.contains("no-store")));
}

#[tokio::test]
async fn the_callback_answers_303_to_a_clean_address() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    let login = browser.open(stack.client("/login")).await;
    let answer = browser.fill_in_login(&login, "alice", "open-sesame-alice").await;
    let consent = browser.follow(answer).await;
    let callback = browser.allow(&consent).await.location().unwrap();
    let reply = browser.get(callback.as_str()).await.expect(303);
    let next = reply.location().unwrap();
    assert_eq!(next.query(), None, "the code does not stay in the address bar: {next}");
    assert!(next.as_str().starts_with(&stack.client_url));
}

#[tokio::test]
async fn the_profile_shows_name_and_sub() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    sign_in(&stack, &mut browser, "alice").await;
    let page = browser.open(stack.client("/profile")).await.expect(200).page();
    assert_eq!(page.text_of("name"), "Alice Example");
    let tokens = stack.server.tokens_of("alice", &stack.web, "openid").await;
    let sub = stack.server.verified(tokens.id_token()).await["sub"].as_str().unwrap().to_owned();
    assert_eq!(page.text_of("sub"), sub);
}

#[tokio::test]
async fn a_public_client_signs_in_with_pkce_alone() {
    let stack = Stack::start_with(Parts { public_client: true, ..Parts::default() }).await;
    let mut browser = Browser::new();
    sign_in(&stack, &mut browser, "alice").await;
    assert_eq!(
        browser.open(stack.client("/profile")).await.expect(200).page().text_of("name"),
        "Alice Example"
    );
}

#[tokio::test]
async fn notes_are_written_shown_escaped_and_kept_apart() {
    let stack = Stack::start().await;
    let (mut alice, mut bob) = (Browser::new(), Browser::new());
    sign_in(&stack, &mut alice, "alice").await;
    sign_in(&stack, &mut bob, "bob").await;
    let page = add_note(&stack, &mut alice, "<script>alert('x')</script> & more").await.expect(200);
    assert!(page.page().text().contains("<script>alert('x')</script> & more"), "{}", page.page().text());
    assert!(!page.body.contains("<script>alert"), "escaped");
    let page = bob.open(stack.client("/notes")).await.expect(200);
    assert!(!page.page().text().contains("alert"));
}

#[tokio::test]
async fn nobody_is_somebody_without_signing_in() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    browser.get(stack.client("/")).await.expect(200).page().by_id("login").expect("a way to sign in");
    for path in ["/profile", "/notes"] {
        let reply = browser.get(stack.client(path)).await;
        assert!(is_signed_out(&reply), "{path}: {}", reply.status);
    }
}

#[tokio::test]
async fn no_token_reaches_the_browser() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    let mut seen = vec![sign_in(&stack, &mut browser, "alice").await];
    add_note(&stack, &mut browser, "x").await;
    for path in ["/", "/profile", "/notes"] {
        seen.push(browser.open(stack.client(path)).await.expect(200));
    }
    for reply in &seen {
        // Every JWT begins like this: `{"` in base64url.
        assert!(!reply.body.contains("eyJ"), "{} shows a token", reply.url);
    }
    for (name, value) in browser.cookies("localhost") {
        assert!(!value.contains("eyJ"), "{name} carries a token");
        assert!(value.len() < 200, "{name} is an identifier and no store: {value}");
    }
}

#[tokio::test]
async fn the_session_cookie_is_kept_from_scripts_and_other_sites_and_changes_at_sign_in() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    let reply = browser.get(stack.client("/login")).await;
    let before = reply.header_values("set-cookie").join("\n");
    for cookie in reply.header_values("set-cookie") {
        let lower = cookie.to_ascii_lowercase();
        // Lax, not Strict: the callback comes from another site and must find the sign-in it belongs to.
        assert!(
            lower.contains("httponly") && lower.contains("samesite=lax") && lower.contains("path=/"),
            "{cookie}"
        );
    }
    let login = browser.follow(reply).await;
    let answer = browser.fill_in_login(&login, "alice", "open-sesame-alice").await;
    let consent = browser.follow(answer).await;
    let callback = browser.allow(&consent).await.location().unwrap();
    let planted = browser.clone();
    let reply = browser.get(callback.as_str()).await.expect(303);
    let after = reply.header_values("set-cookie").join("\n");
    assert!(!after.is_empty() && after != before, "a new session at sign-in");
    // Whoever knew the cookie from before is not signed in.
    let mut planted = planted;
    assert!(is_signed_out(&planted.get(stack.client("/profile")).await));
    browser.get(stack.client("/profile")).await.expect(200);
}

#[tokio::test]
async fn logout_ends_the_session_and_revokes_the_tokens() {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    client.sign_in(&mut browser).await;
    let mut thief = browser.clone();
    let page = browser.open(client.url("/profile")).await.expect(200);
    let form = page.page().form_by_id("logout-form").press("logout");
    assert!(matches!(browser.submit(&page, form).await.status.as_u16(), 302 | 303));
    assert!(is_signed_out(&browser.get(client.url("/profile")).await));
    assert!(is_signed_out(&thief.get(client.url("/profile")).await), "the session is gone on the server");
    let revoked = client.provider.stub.asked_for("/o/revoke_token");
    assert!(!revoked.is_empty(), "the provider was told");
    assert!(
        revoked.iter().any(|asked| asked.body.contains("a-refresh-token-of-the-provider")),
        "{revoked:?}"
    );
}

#[tokio::test]
async fn after_logout_the_real_authorization_server_knows_the_tokens_no_more() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    sign_in(&stack, &mut browser, "alice").await;
    let reply = log_out(&mut browser, &stack).await;
    assert!(matches!(reply.status.as_u16(), 302 | 303), "{}", reply.status);
    let home = browser.open(stack.client("/")).await.expect(200);
    home.page().by_id("login").expect("a way to sign in again");
    assert!(is_signed_out(&browser.get(stack.client("/notes")).await));
}

#[tokio::test]
async fn logout_and_notes_refuse_a_foreign_page() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    sign_in(&stack, &mut browser, "alice").await;
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let page = browser.open(stack.client("/notes")).await.expect(200);
    let note = page.page().form_by_id("note-form").set("text", "planted").press("add-note");
    let logout = page.page().form_by_id("logout-form").press("logout");
    for form in [note, logout] {
        let hidden: Vec<_> = form.fields.iter().map(|(name, _)| name.clone()).collect();
        browser.submit_with(&page, form.clone(), &foreign).await.expect_error_page(403);
        if hidden.iter().any(|name| name == "csrf_token") {
            browser.submit(&page, form.clone().without("csrf_token")).await.expect_error_page(403);
        }
    }
    let notes = browser.open(stack.client("/notes")).await.expect(200);
    assert!(!notes.page().text().contains("planted"));
    // A GET signs nobody out.
    let reply = browser.get(stack.client("/logout")).await;
    assert!(matches!(reply.status.as_u16(), 404 | 405), "{}", reply.status);
    browser.get(stack.client("/profile")).await.expect(200);
}

#[tokio::test]
async fn an_expiring_token_is_refreshed_without_the_user_noticing() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    sign_in(&stack, &mut browser, "alice").await;
    for _ in 0..3 {
        stack.server.advance(895);
        add_note(&stack, &mut browser, "still here").await.expect(200);
    }
}

#[tokio::test]
async fn parallel_requests_refresh_once() {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    client.sign_in(&mut browser).await;
    assert_eq!(client.provider.asked_with("refresh_token"), 0);
    client.provider.clock.advance(Duration::from_secs(895));
    let requests = (0..12).map(|_| {
        let (mut browser, url) = (browser.clone(), client.url("/notes"));
        async move { browser.get(url).await }
    });
    for reply in futures::future::join_all(requests).await {
        reply.expect(200);
    }
    assert_eq!(client.provider.asked_with("refresh_token"), 1);
}

#[tokio::test]
async fn a_session_whose_refresh_was_refused_asks_to_sign_in_again() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    sign_in(&stack, &mut browser, "alice").await;
    // Longer than any refresh token lives.
    stack.server.advance(400 * 24 * 60 * 60);
    let reply = browser.get(stack.client("/notes")).await;
    assert!(is_signed_out(&reply), "{}", reply.status);
    assert_ne!(reply.status, 500);
}

#[tokio::test]
async fn the_profile_page_does_not_fail_with_the_api() {
    let api = Stub::start(|_| Answer::json(500, "broken".into())).await;
    let client = LoneClient::with(json!({}), &api.url).await;
    let mut browser = Browser::new();
    client.sign_in(&mut browser).await;
    browser.open(client.url("/profile")).await.expect(200);
    let notes = browser.open(client.url("/notes")).await;
    assert!(matches!(notes.status.as_u16(), 502 | 503), "{}", notes.status);
}

#[tokio::test]
async fn the_api_is_called_with_the_access_token_and_nothing_else_gets_it() {
    let api = Stub::start(|_| Answer::json(200, json!([]))).await;
    let client = LoneClient::with(json!({}), &api.url).await;
    let mut browser = Browser::new();
    client.sign_in(&mut browser).await;
    browser.open(client.url("/notes")).await.expect(200);
    let asked = api.asked_for("/notes");
    assert_eq!(asked[0].authorization.as_deref(), Some(format!("Bearer {ACCESS_TOKEN}").as_str()));
}

#[tokio::test]
async fn the_client_starts_before_its_provider_and_finds_it_later() {
    let (provider_listener, provider_port) = free_listener();
    drop(provider_listener);
    let (listener, port) = free_listener();
    let url = format!("http://localhost:{port}");
    let issuer = format!("http://localhost:{provider_port}");
    let client = registration(&url);
    let settings = ClientSettings {
        listen: auth_core::server::Listen::Bound(listener),
        issuer: &issuer,
        client: &client,
        api_url: "http://localhost:8002",
        clock: auth_core::clock::Clock::system(),
    };
    let _running = start_client(settings).await;
    let mut browser = Browser::new();
    browser.get(format!("{url}/")).await.expect(200);
    let reply = browser.get(format!("{url}/login")).await;
    assert!(matches!(reply.status.as_u16(), 502 | 503), "{}", reply.status);
    let listener = std::net::TcpListener::bind(("127.0.0.1", provider_port)).unwrap();
    let _server = TestServer::start_on(listener, provider_port, |_| {}).await;
    let found = async {
        while browser.get(format!("{url}/login")).await.location().is_none() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found)
        .await
        .expect("the provider is found once it is there");
}
