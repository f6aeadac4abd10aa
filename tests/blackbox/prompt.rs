//! `prompt`, `max_age`, `login_hint` and `id_token_hint`'s neighbours (OpenID Connect Core §3.1.2.1).

use tests::{AuthorizationRequest, Authorized, Browser, Client, NewClient, TestServer, Tokens, jwt::peek};

async fn alice_signed_in() -> (TestServer, Client, Browser) {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    (server, client, browser)
}

fn is_login(reply: &tests::Reply) -> bool {
    reply.status == 200 && reply.page().by_id("sign-in").is_some()
}

async fn auth_time(
    server: &TestServer,
    client: &Client,
    request: &AuthorizationRequest,
    at: &Authorized,
) -> i64 {
    let tokens = Tokens::of(&server.exchange(client, at.code(), &request.verifier).await);
    peek(tokens.id_token()).1["auth_time"].as_i64().unwrap()
}

#[tokio::test]
async fn prompt_none_without_consent_says_consent_required() {
    let (server, client, mut browser) = alice_signed_in().await;
    let request = server.request(&client, "openid notes:read").add("prompt", "none");
    let authorized = Authorized::of(&browser.get(request.url()).await);
    let code = authorized.parameters["error"].as_str();
    assert!(matches!(code, "consent_required" | "interaction_required"), "{code}");
    authorized.expect_error(&server, &request, code);
}

#[tokio::test]
async fn prompt_none_with_a_remembered_consent_answers_without_a_page() {
    let (server, client, mut browser) = alice_signed_in().await;
    server.code_flow(&mut browser, &client, "openid notes:read").await;
    let request = server.request(&client, "openid notes:read").add("prompt", "none");
    let authorized = Authorized::of(&browser.get(request.url()).await);
    server.exchange(&client, authorized.code(), &request.verifier).await.expect(200);
}

#[tokio::test]
async fn prompt_none_works_for_plain_oauth_too() {
    let (server, client, mut browser) = alice_signed_in().await;
    let request = server.request(&client, "notes:read").add("prompt", "none");
    let authorized = Authorized::of(&browser.get(request.url()).await);
    assert!(authorized.parameters.contains_key("error"), "never a page under prompt=none");
}

#[tokio::test]
async fn prompt_login_asks_a_signed_in_user_for_the_password_once() {
    let (server, client, mut browser) = alice_signed_in().await;
    server.code_flow(&mut browser, &client, "openid").await;
    server.advance(30);
    let request = server.request(&client, "openid").add("prompt", "login");
    let login = browser.authorize(&request).await;
    assert!(is_login(&login), "{}", login.page().text());
    let answer = browser.fill_in_login(&login, "alice", "open-sesame-alice").await.expect(303);
    let answer = browser.follow(answer).await;
    let authorized = if answer.status == 200 {
        Authorized::of(&browser.allow(&answer).await)
    } else {
        Authorized::of(&answer)
    };
    let now = server.shared_clock.now().unix();
    let at = auth_time(&server, &client, &request, &authorized).await;
    assert!((now - at).abs() < 5, "auth_time is the new sign-in: {at}, now {now}");
}

#[tokio::test]
async fn prompt_login_cannot_be_walked_around_with_the_old_session() {
    let (server, client, mut browser) = alice_signed_in().await;
    server.code_flow(&mut browser, &client, "openid").await;
    server.advance(30);
    let request = server.request(&client, "openid").add("prompt", "login");
    let first = browser.get(request.url()).await;
    let login = browser.follow(first).await;
    assert!(is_login(&login));
    // The signed-in browser opens the login page's address again, and the consent's, without signing in.
    let again = browser.open(login.url.as_str()).await;
    assert!(is_login(&again), "still the password is asked for: {}", again.page().text());
}

#[tokio::test]
async fn prompt_consent_shows_the_page_although_consent_is_remembered() {
    let (server, client, mut browser) = alice_signed_in().await;
    server.code_flow(&mut browser, &client, "openid notes:read").await;
    let request = server.request(&client, "openid notes:read").add("prompt", "consent");
    let consent = browser.authorize(&request).await.expect(200);
    consent.page().by_id("allow").expect("the consent page");
}

#[tokio::test]
async fn prompt_consent_shows_the_page_even_for_a_client_that_skips_it() {
    let (server, _, mut browser) = alice_signed_in().await;
    let client = server.register(NewClient::web("own").skip_authorization()).await;
    let request = server.request(&client, "openid");
    assert!(Authorized::of(&browser.authorize(&request).await).parameters.contains_key("code"));
    let request = server.request(&client, "openid").add("prompt", "consent");
    browser.authorize(&request).await.expect(200).page().by_id("allow").expect("the consent page");
}

#[tokio::test]
async fn max_age_lets_a_fresh_session_through() {
    let (server, client, mut browser) = alice_signed_in().await;
    let request = server.request(&client, "openid").add("max_age", "3600");
    server.authorized(&mut browser, &request).await.code();
}

#[tokio::test]
async fn max_age_asks_again_when_the_sign_in_is_older() {
    let (server, client, mut browser) = alice_signed_in().await;
    server.code_flow(&mut browser, &client, "openid").await;
    server.advance(120);
    let request = server.request(&client, "openid").add("max_age", "60");
    let login = browser.authorize(&request).await;
    assert!(is_login(&login), "{}", login.page().text());
    let answer = browser.fill_in_login(&login, "alice", "open-sesame-alice").await.expect(303);
    let authorized = Authorized::of(&browser.follow(answer).await);
    let now = server.shared_clock.now().unix();
    assert!((now - auth_time(&server, &client, &request, &authorized).await).abs() < 5);
}

#[tokio::test]
async fn max_age_zero_is_prompt_login() {
    let (server, client, mut browser) = alice_signed_in().await;
    let request = server.request(&client, "openid").add("max_age", "0");
    let login = browser.authorize(&request).await;
    assert!(is_login(&login));
    let answer = browser.fill_in_login(&login, "alice", "open-sesame-alice").await.expect(303);
    let consent = browser.follow(answer).await.expect(200);
    consent.page().by_id("allow").expect("one sign-in is enough");
}

#[tokio::test]
async fn max_age_and_prompt_none_say_login_required_when_the_sign_in_is_too_old() {
    let (server, client, mut browser) = alice_signed_in().await;
    server.code_flow(&mut browser, &client, "openid").await;
    server.advance(120);
    let request = server.request(&client, "openid").add("max_age", "60").add("prompt", "none");
    let authorized = Authorized::of(&browser.get(request.url()).await);
    authorized.expect_error(&server, &request, "login_required");
}

#[tokio::test]
async fn a_login_hint_fills_in_the_username() {
    let server = TestServer::start().await;
    let client = server.client("notes").await;
    let request = server.request(&client, "openid").add("login_hint", "al\"><b>ice");
    let login = Browser::new().authorize(&request).await.expect(200);
    assert_eq!(login.page().form().field("username"), Some("al\"><b>ice"));
    assert!(!login.body.contains("<b>ice"), "the hint is escaped");
}

#[tokio::test]
async fn the_login_page_names_the_client_that_asks() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::web("Mary's <i>Notes</i>")).await;
    let login = Browser::new().authorize(&server.request(&client, "openid")).await.expect(200);
    assert!(login.page().text().contains("Mary's <i>Notes</i>"));
    assert!(!login.body.contains("<i>"), "a client's name is escaped");
}
