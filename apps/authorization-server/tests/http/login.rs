use std::time::Duration;

use auth_core::clock::Clock;

use crate::harness::{PASSWORD, Server, field, header, location};

#[tokio::test]
async fn sign_in_starts_a_new_session_and_ends_the_planted_one() {
    let server = Server::start().await;
    let browser = server.browser();
    let planted = format!("as_session={}", "A".repeat(43));
    browser.set_cookie(Some(planted.clone()));

    let response = browser.sign_in_at("/accounts/login").await;
    assert_eq!(response.status(), 303);
    assert_eq!(location(&response).unwrap(), "/");
    let cookie = header(&response, "set-cookie");
    assert!(cookie.starts_with("as_session="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert!(browser.get("/").await.text().await.unwrap().contains("alice"));

    let first = browser.cookie().unwrap();
    assert_ne!(first, planted);
    let other = server.browser();
    other.set_cookie(Some(planted));
    assert!(!other.get("/").await.text().await.unwrap().contains("alice"));

    // Signing in again over a live session replaces it as well.
    let query = server.authorization_request(&[("prompt", "login")]);
    let login = location(&browser.get(&format!("/o/authorize?{query}")).await).unwrap();
    assert_eq!(browser.sign_in_at(&login).await.status(), 303);
    other.set_cookie(Some(first));
    assert!(!other.get("/").await.text().await.unwrap().contains("alice"));
}

#[tokio::test]
async fn unknown_user_and_wrong_password_get_the_same_answer() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for (username, password) in [("alice", "wrong"), ("nobody", PASSWORD), ("nobody", "")] {
        let browser = server.browser();
        let page = browser.get("/accounts/login").await.text().await.unwrap();
        let csrf = field(&page, "csrf_token").unwrap();
        let form = [("csrf_token", csrf.as_str()), ("username", username), ("password", password)];
        let response = browser.post("/accounts/login", &form).await;
        assert_eq!(response.status(), 403);
        assert!(browser.cookie().is_some());
        let body = response.text().await.unwrap();
        assert!(body.contains("login-problem"), "{body}");
        answers.push(body.replace(&csrf, "").replace(username, ""));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[tokio::test]
async fn a_form_from_elsewhere_signs_nobody_in() {
    let server = Server::start().await;
    let browser = server.browser();
    let page = browser.get("/accounts/login").await.text().await.unwrap();
    let csrf = field(&page, "csrf_token").unwrap();
    let with = |csrf: &str| {
        vec![("csrf_token", csrf.to_owned()), ("username", "alice".into()), ("password", PASSWORD.into())]
    };
    let own: &[(&str, &str)] = &[];
    let evil: &[(&str, &str)] = &[("origin", "https://evil.example")];
    let cross: &[(&str, &str)] = &[("sec-fetch-site", "cross-site")];
    let null: &[(&str, &str)] = &[("origin", "null")];
    let another = server.browser().get("/accounts/login").await.text().await.unwrap();
    let anothers = field(&another, "csrf_token").unwrap();
    for (csrf, headers) in [("", own), (&anothers, own), (&csrf, evil), (&csrf, cross), (&csrf, null)] {
        let form = with(csrf);
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let response = browser.post_from("/accounts/login", &form, headers).await;
        assert_eq!(response.status(), 403, "{headers:?}");
        assert!(response.text().await.unwrap().contains("This form cannot be accepted"));
        assert!(!browser.get("/").await.text().await.unwrap().contains("alice"));
    }
    // Without a cookie no token is right.
    browser.set_cookie(None);
    let form = [("csrf_token", csrf.as_str()), ("username", "alice"), ("password", PASSWORD)];
    assert_eq!(browser.post("/accounts/login", &form).await.status(), 403);
}

#[tokio::test]
async fn too_many_attempts_wait_even_with_the_right_password() {
    let server = Server::start_with(|settings| settings.login_attempts_per_minute = 2).await;
    let browser = server.browser();
    let page = browser.get("/accounts/login").await.text().await.unwrap();
    let csrf = field(&page, "csrf_token").unwrap();
    let attempt = |username, password| {
        let form = [
            ("csrf_token", csrf.clone()),
            ("username", String::from(username)),
            ("password", String::from(password)),
        ];
        let browser = &browser;
        async move {
            let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
            // A client cannot choose the address that it is counted under.
            browser.post_from("/accounts/login", &form, &[("x-forwarded-for", "203.0.113.1")]).await
        }
    };
    assert_eq!(attempt("alice", "guess").await.status(), 403);
    assert_eq!(attempt("Alice ", "guess").await.status(), 403);
    let refused = attempt("alice", PASSWORD).await;
    assert_eq!(refused.status(), 429);
    assert!((1..=60).contains(&header(&refused, "retry-after").parse::<u64>().unwrap()));
    assert!(refused.text().await.unwrap().contains("Too many attempts"));
    assert_eq!(attempt("bob", "guess").await.status(), 403);
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let (clock, time) = Clock::manual();
    let server = Server::start_with(|settings| {
        settings.clock = clock;
        settings.session_lifetime = Duration::from_secs(600);
    })
    .await;
    let browser = server.browser();
    browser.sign_in().await;
    time.advance(Duration::from_secs(599));
    assert!(browser.get("/").await.text().await.unwrap().contains("alice"));
    time.advance(Duration::from_secs(2));
    assert!(!browser.get("/").await.text().await.unwrap().contains("alice"));
}

#[tokio::test]
async fn signing_out_asks_first_and_then_ends_the_session() {
    let server = Server::start().await;
    let browser = server.browser();
    browser.sign_in().await;
    let cookie = browser.cookie();

    let page = browser.get("/accounts/logout").await.text().await.unwrap();
    assert!(browser.get("/").await.text().await.unwrap().contains("alice"), "a link alone signs nobody out");
    assert_eq!(browser.post("/accounts/logout", &[]).await.status(), 403);

    let csrf = field(&page, "csrf_token").unwrap();
    let response = browser.post("/accounts/logout", &[("csrf_token", &csrf)]).await;
    assert_eq!(response.status(), 303);
    assert_eq!(browser.cookie(), None);
    let page = browser.follow(response).await.text().await.unwrap();
    assert!(page.contains("You are logged out"), "{page}");
    browser.set_cookie(cookie);
    assert!(!browser.get("/").await.text().await.unwrap().contains("alice"));
}

#[tokio::test]
async fn the_way_on_after_sign_in_is_never_an_address_from_the_form() {
    let server = Server::start().await;
    let browser = server.browser();
    let login = "/accounts/login?next=https://evil.example&redirect=//evil.example";
    assert_eq!(location(&browser.sign_in_at(login).await).unwrap(), "/");

    let other = server.browser();
    let unknown = other.get("/accounts/login?request=%22%3E%3Cscript%3E").await;
    assert_eq!(unknown.status(), 400);
    assert!(!unknown.text().await.unwrap().contains("<script"));
}

#[tokio::test]
async fn a_hash_of_an_older_kind_is_replaced_at_sign_in() {
    let server = Server::start().await;
    let old = bcrypt::hash(PASSWORD, 4).unwrap();
    server.sql(&format!("UPDATE users SET password_hash = '{old}'"));
    server.browser().sign_in().await;
    // Only a hash of today's kind is left for this to find.
    server.sql("UPDATE users SET active = false WHERE password_hash NOT LIKE '$argon2id$%'");
    server.browser().sign_in().await;
}

#[tokio::test]
async fn a_deactivated_user_is_out_at_once_and_is_told_no_reason() {
    let server = Server::start().await;
    let browser = server.browser();
    browser.sign_in().await;
    server.sql("UPDATE users SET active = false");
    assert!(!browser.get("/").await.text().await.unwrap().contains("alice"));
    let refused = server.browser().sign_in_at("/accounts/login").await;
    assert_eq!(refused.status(), 403);
    assert!(refused.text().await.unwrap().contains("Username and password do not match"));
}
