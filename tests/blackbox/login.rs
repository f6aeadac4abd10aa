//! Signing in: sessions on the server, rotated at login; an unknown user and a wrong password are the
//! same answer in the same time. That answer is a 403: a 401 would owe a challenge (RFC 9110 §15.5.2),
//! and a form is none.

use std::time::{Duration, Instant};

use tests::{Authorized, Browser, TestServer};

async fn session_cookies(browser: &Browser) -> Vec<(String, String)> {
    browser.cookies("localhost")
}

#[tokio::test]
async fn an_unknown_user_and_a_wrong_password_get_the_same_answer() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut bodies = Vec::new();
    for username in ["alice", "nobody"] {
        let mut browser = Browser::new();
        let page = browser.open(server.url("/accounts/login")).await.expect(200);
        let token = page.page().form().field("csrf_token").unwrap().to_owned();
        let reply = browser.fill_in_login(&page, username, "wrong password").await.expect(403);
        let again = reply.page().form().field("csrf_token").unwrap().to_owned();
        let body = reply.body.replace(&token, "").replace(&again, "").replace(username, "USER");
        bodies.push(body);
        assert!(!reply.body.contains("wrong password"), "a password is never sent back");
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn an_unknown_user_and_a_wrong_password_take_the_same_time() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut browser = Browser::new();
    let page = browser.open(server.url("/accounts/login")).await.expect(200);
    let mut fastest = [f64::MAX; 2];
    // In turns, so that whatever else the machine does weighs on both.
    for _ in 0..8 {
        for (username, best) in ["alice", "nobody"].into_iter().zip(&mut fastest) {
            let form = page.page().form().set("username", username).set("password", "wrong");
            let asked = Instant::now();
            browser.submit(&page, form).await.expect(403);
            *best = best.min(asked.elapsed().as_secs_f64());
        }
    }
    // Without the equal work an unknown user is answered some ten times faster.
    let ratio = fastest[0] / fastest[1];
    assert!((0.4..2.5).contains(&ratio), "known user {:.4} s, unknown {:.4} s", fastest[0], fastest[1]);
}

#[tokio::test]
async fn the_session_cookie_changes_at_login_and_a_planted_one_is_not_taken_over() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut attacker = Browser::new();
    attacker.open(server.url("/accounts/login")).await.expect(200);
    let planted = session_cookies(&attacker).await;
    assert!(!planted.is_empty(), "the login form is bound to a session");

    // The victim's browser has the attacker's cookie and signs in.
    let mut victim = Browser::new();
    for (name, value) in &planted {
        victim.set_cookie("localhost", name, value);
    }
    victim.sign_in(&server, "alice").await;
    for (name, value) in session_cookies(&victim).await {
        assert!(!planted.contains(&(name, value)), "the session's id changes at login");
    }
    let reply = attacker.authorize(&server.request(&client, "openid")).await;
    reply.page().by_id("sign-in").expect("the attacker is not signed in");
}

#[tokio::test]
async fn an_invented_session_cookie_is_not_adopted() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut browser = Browser::new();
    browser.open(server.url("/accounts/login")).await.expect(200);
    let (name, _) = session_cookies(&browser).await.remove(0);
    let invented = "A".repeat(43);
    browser.forget_cookies();
    browser.set_cookie("localhost", &name, &invented);
    browser.sign_in(&server, "alice").await;
    assert_ne!(session_cookies(&browser).await, [(name, invented)]);
}

#[tokio::test]
async fn the_session_cookie_is_kept_from_scripts_and_from_other_sites() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let reply = Browser::new().sign_in(&server, "alice").await;
    let cookies = reply.header_values("set-cookie");
    assert!(!cookies.is_empty());
    for cookie in cookies {
        let lower = cookie.to_ascii_lowercase();
        assert!(
            lower.contains("httponly") && lower.contains("samesite=lax") && lower.contains("path=/"),
            "{cookie}"
        );
        assert!(!lower.contains("domain="), "a host-only cookie: {cookie}");
    }
}

#[tokio::test]
async fn a_session_ends_with_logout_for_whoever_kept_the_cookie() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let mut thief = browser.clone();
    let page = browser.get(server.url("/accounts/logout")).await.expect(200);
    browser.submit(&page, page.page().form()).await.expect(303);
    let reply = thief.authorize(&server.request(&client, "openid")).await;
    reply.page().by_id("sign-in").expect("the session is gone on the server");
}

#[tokio::test]
async fn a_new_sign_in_ends_the_session_before_it() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let mut thief = browser.clone();
    let login = browser.authorize(&server.request(&client, "openid").add("prompt", "login")).await;
    browser.fill_in_login(&login, "alice", "open-sesame-alice").await.expect(303);
    let reply = thief.authorize(&server.request(&client, "openid")).await;
    reply.page().by_id("sign-in").expect("the old cookie is worth nothing");
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_up() {
    let server =
        TestServer::start_with(|settings| settings.session_lifetime = Duration::from_secs(600)).await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    server.advance(601);
    let reply = browser.authorize(&server.request(&client, "openid")).await;
    reply.page().by_id("sign-in").expect("the sign-in is over");
}

#[tokio::test]
async fn a_wrong_password_does_not_end_the_request_that_waits() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    let request = server.request(&client, "openid");
    let login = browser.authorize(&request).await.expect(200);
    let again = browser.fill_in_login(&login, "alice", "wrong").await.expect(403);
    let answer = browser.fill_in_login(&again, "alice", "open-sesame-alice").await.expect(303);
    let consent = browser.follow(answer).await.expect(200);
    let authorized = Authorized::of(&browser.allow(&consent).await);
    assert_eq!(authorized.parameters["state"], request.parameter("state"));
}

#[tokio::test]
async fn the_login_leads_nowhere_but_to_this_server() {
    let server = TestServer::start().await;
    server.user("alice").await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let encoded = tests::client::form_encoded(next);
        let mut browser = Browser::new();
        for name in ["next", "request", "return_to", "redirect"] {
            let reply = browser.open(server.url(&format!("/accounts/login?{name}={encoded}"))).await;
            if reply.status != 200 {
                continue;
            }
            let reply = browser.fill_in_login(&reply, "alice", "open-sesame-alice").await;
            let location = reply.location().map(|url| url.to_string()).unwrap_or_default();
            assert!(
                location.is_empty() || location.starts_with(&server.issuer),
                "{name}={next} led to {location}"
            );
            browser.forget_cookies();
        }
    }
}

#[tokio::test]
async fn a_username_is_matched_whatever_its_case() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut browser = Browser::new();
    browser.try_sign_in(&server, "Alice", "open-sesame-alice").await.expect(303);
}

#[tokio::test]
async fn a_password_of_a_megabyte_is_refused_and_not_hashed() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let mut browser = Browser::new();
    let asked = Instant::now();
    let reply = browser.try_sign_in(&server, "alice", &"x".repeat(1 << 20)).await;
    assert!(matches!(reply.status.as_u16(), 400 | 401 | 413), "{}", reply.status);
    assert!(asked.elapsed() < Duration::from_secs(5));
}
