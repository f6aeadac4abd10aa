//! Throttles: guesses cost time. Per account, so that many machines cannot share the guessing; per peer,
//! so that one machine cannot try many accounts. Forwarded headers count only from configured proxies.

use tests::{Browser, NewClient, Reply, TestServer};

#[track_caller]
fn expect_too_many(reply: Reply) -> Reply {
    let reply = reply.expect(429);
    let wait: u64 = reply.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=600).contains(&wait), "{wait}");
    reply
}

async fn few_attempts() -> TestServer {
    let server = TestServer::start_with(|settings| settings.login_attempts_per_minute = 5).await;
    server.user("alice").await;
    server.user("bob").await;
    server
}

/// Guesses passwords until the server has had enough; the number of guesses it took.
async fn guess_until_throttled(server: &TestServer, browser: &mut Browser, username: &str) -> usize {
    let page = browser.open(server.url("/accounts/login")).await.expect(200);
    for guess in 0..40 {
        let reply = browser.fill_in_login(&page, username, &format!("guess-{guess}")).await;
        if reply.status == 429 {
            expect_too_many(reply);
            return guess;
        }
        reply.expect(403);
    }
    panic!("forty guesses for {username} and no throttle");
}

#[tokio::test]
async fn guessing_at_an_account_is_throttled_with_retry_after() {
    let server = few_attempts().await;
    let mut browser = Browser::new();
    let guesses = guess_until_throttled(&server, &mut browser, "alice").await;
    assert!((3..=10).contains(&guesses), "{guesses}");
    // The right password does not help now, or a throttle would tell which guess was right.
    expect_too_many(browser.try_sign_in(&server, "alice", "open-sesame-alice").await);
}

#[tokio::test]
async fn an_account_is_throttled_whatever_its_case_is_written_in() {
    let server = TestServer::start_with(|settings| {
        settings.login_attempts_per_minute = 5;
        settings.trusted_proxies = "127.0.0.1".parse().unwrap();
    })
    .await;
    server.user("alice").await;
    let mut refused = 0;
    for (number, name) in [
        "alice", "ALICE", "Alice", "aLICE", " alice", "alIce", "alicE", "ALICe", "alICE", "AlicE", "ALice",
        "alicE ",
    ]
    .iter()
    .enumerate()
    {
        let mut browser = Browser::new();
        browser.extra_headers.push(("x-forwarded-for".to_owned(), format!("203.0.113.{}", number + 1)));
        let reply = browser.try_sign_in(&server, name, "guess").await;
        refused += usize::from(reply.status == 429);
    }
    assert!(refused > 0, "twelve guesses at one account from twelve addresses");
}

#[tokio::test]
async fn guessing_at_many_accounts_from_one_peer_is_throttled() {
    let server = few_attempts().await;
    let mut browser = Browser::new();
    let page = browser.open(server.url("/accounts/login")).await.expect(200);
    let mut throttled = false;
    for number in 0..60 {
        let reply = browser.fill_in_login(&page, &format!("user-{number}"), "guess").await;
        throttled |= reply.status == 429;
    }
    assert!(throttled, "sixty accounts were tried from one address");
}

#[tokio::test]
async fn a_forwarded_for_header_of_a_stranger_is_not_believed() {
    let server = few_attempts().await;
    let mut browser = Browser::new();
    let page = browser.open(server.url("/accounts/login")).await.expect(200);
    let mut throttled = false;
    for number in 0..60 {
        // Every guess pretends to come from another machine.
        browser.extra_headers = vec![
            ("x-forwarded-for".to_owned(), format!("203.0.113.{number}")),
            ("forwarded".to_owned(), format!("for=203.0.113.{number}")),
            ("x-real-ip".to_owned(), format!("203.0.113.{number}")),
        ];
        let reply = browser.fill_in_login(&page, &format!("user-{number}"), "guess").await;
        throttled |= reply.status == 429;
    }
    assert!(throttled, "sixty accounts were tried from one address that lied about itself");
}

#[tokio::test]
async fn a_forwarded_for_header_of_a_configured_proxy_counts() {
    let server = TestServer::start_with(|settings| {
        settings.login_attempts_per_minute = 5;
        settings.trusted_proxies = "127.0.0.1".parse().unwrap();
    })
    .await;
    server.user("bob").await;
    let mut guesser = Browser::new();
    guesser.extra_headers.push(("x-forwarded-for".to_owned(), "203.0.113.7".to_owned()));
    let page = guesser.open(server.url("/accounts/login")).await.expect(200);
    for number in 0..60 {
        guesser.fill_in_login(&page, &format!("user-{number}"), "guess").await;
    }
    // Somebody else behind the same proxy is not shut out.
    let mut other = Browser::new();
    other.extra_headers.push(("x-forwarded-for".to_owned(), "198.51.100.9".to_owned()));
    other.try_sign_in(&server, "bob", "open-sesame-bob").await.expect(303);
}

#[tokio::test]
async fn signing_in_as_oneself_does_not_free_the_guessing_at_another_account() {
    let server = few_attempts().await;
    let mut browser = Browser::new();
    let mut throttled = false;
    for number in 0..40 {
        let reply = browser.try_sign_in(&server, "alice", &format!("guess-{number}")).await;
        throttled |= reply.status == 429;
        Browser::new().try_sign_in(&server, "bob", "open-sesame-bob").await;
    }
    assert!(throttled, "forty guesses at alice with bob's own sign-ins between them");
}

#[tokio::test]
async fn the_token_endpoint_is_throttled() {
    let server = TestServer::start_with(|settings| settings.token_requests_per_minute = 5).await;
    let client = server.register(NewClient::machine("machine", "reports:write")).await;
    let mut replies = Vec::new();
    for _ in 0..40 {
        replies.push(server.client_credentials(&client.with_secret("guess"), "").await);
    }
    let throttled = replies.into_iter().find(|reply| reply.status == 429).expect("a 429 in forty guesses");
    assert!(throttled.header("cache-control").unwrap_or_default().contains("no-store"));
    expect_too_many(throttled);
}

#[tokio::test]
async fn the_introspection_endpoint_is_throttled() {
    let server = TestServer::start_with(|settings| settings.token_requests_per_minute = 5).await;
    let client = server.register(NewClient::resource_server("api", "https://api.example")).await;
    let mut throttled = None;
    for _ in 0..40 {
        let reply = server.introspect(&client.with_secret("guess"), "a-token").await;
        throttled = throttled.or((reply.status == 429).then_some(reply));
    }
    expect_too_many(throttled.expect("a 429 in forty guesses"));
}

#[tokio::test]
async fn the_limits_that_ship_stop_a_guesser() {
    // No number of the test's: the defaults of `Settings::new`.
    let server = TestServer::start_with(|settings| {
        let shipped = authorization_server::Settings::new(
            auth_core::server::Listen::Address(([127, 0, 0, 1], 0).into()),
            settings.issuer.clone(),
            "sqlite:unused",
            authorization_server::settings::MasterKey::new([7; 32]),
        );
        settings.login_attempts_per_minute = shipped.login_attempts_per_minute;
    })
    .await;
    server.user("alice").await;
    guess_until_throttled(&server, &mut Browser::new(), "alice").await;
}
