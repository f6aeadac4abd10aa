//! The protected API: notes of users, reports by machines. Challenges to the letter (RFC 6750 §3), and
//! both ways of checking a token.

use serde_json::{Value, json};
use tests::{Browser, NewClient, Reply, Stack, TestServer, Tokens, stack::Parts};

async fn alices_token(stack: &Stack, scope: &str) -> String {
    stack.server.tokens_of("alice", &stack.web, scope).await.access_token
}

async fn machine_token(stack: &Stack) -> String {
    Tokens::of(&stack.server.client_credentials(&stack.worker, "reports:write").await).access_token
}

async fn add_note(stack: &Stack, token: &str, text: &str) -> String {
    let reply = stack.ask_api("POST", "/notes", Some(token), Some(json!({ "text": text }))).await.expect(201);
    reply.json()["id"].as_str().unwrap().to_owned()
}

async fn notes(stack: &Stack, token: &str) -> Vec<Value> {
    stack.ask_api("GET", "/notes", Some(token), None).await.expect(200).json().as_array().unwrap().clone()
}

#[track_caller]
fn challenge(reply: &Reply) -> &str {
    let challenge = reply.header("www-authenticate").expect("a challenge");
    assert!(challenge.starts_with("Bearer realm=\""), "{challenge}");
    challenge
}

/// RFC 6750 §3.1: 401, `invalid_token`, never stored.
#[track_caller]
fn expect_invalid_token(reply: Reply) {
    let reply = reply.expect_error(401, "invalid_token");
    assert!(challenge(&reply).contains(r#"error="invalid_token""#));
}

#[track_caller]
fn expect_insufficient_scope(reply: Reply, scope: Option<&str>) {
    let reply = reply.expect_error(403, "insufficient_scope");
    let challenge = challenge(&reply);
    assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
    if let Some(scope) = scope {
        assert!(challenge.contains(&format!(r#"scope="{scope}""#)), "{challenge}");
    }
}

#[tokio::test]
async fn a_user_keeps_notes() {
    let stack = Stack::start().await;
    let token = alices_token(&stack, "notes:read notes:write").await;
    let id = add_note(&stack, &token, "Buy milk").await;
    let all = notes(&stack, &token).await;
    assert_eq!((all.len(), &all[0]["text"]), (1, &json!("Buy milk")));
    stack.ask_api("DELETE", &format!("/notes/{id}"), Some(&token), None).await.expect(204);
    assert!(notes(&stack, &token).await.is_empty());
    assert_eq!(stack.ask_api("DELETE", &format!("/notes/{id}"), Some(&token), None).await.status, 404);
}

#[tokio::test]
async fn a_users_notes_are_nobody_elses() {
    let stack = Stack::start().await;
    let alice = alices_token(&stack, "notes:read notes:write").await;
    let bob = stack.server.tokens_of("bob", &stack.web, "notes:read notes:write").await.access_token;
    let id = add_note(&stack, &alice, "Alice's secret").await;
    assert!(notes(&stack, &bob).await.is_empty());
    // The same answer as for a note that does not exist.
    assert_eq!(stack.ask_api("DELETE", &format!("/notes/{id}"), Some(&bob), None).await.status, 404);
    assert_eq!(notes(&stack, &alice).await.len(), 1);
}

#[tokio::test]
async fn without_a_token_the_challenge_has_no_error() {
    let stack = Stack::start().await;
    for (method, path) in [
        ("GET", "/notes"),
        ("POST", "/notes"),
        ("DELETE", "/notes/1"),
        ("GET", "/reports/pending"),
        ("PUT", "/reports/1"),
    ] {
        let reply = stack.ask_api(method, path, None, None).await.expect(401);
        let challenge = challenge(&reply);
        assert!(!challenge.contains("error"), "{method} {path}: {challenge}");
        assert!(challenge.contains("resource_metadata=\"http"), "RFC 9728 §5.1: {challenge}");
        assert!(reply.header("cache-control").unwrap().contains("no-store"));
    }
}

#[tokio::test]
async fn another_scheme_counts_as_no_token() {
    let stack = Stack::start().await;
    let request = stack.http.get(stack.api("/notes")).header("authorization", "Basic YWxpY2U6eA==");
    let reply = Reply::read(request.send().await.unwrap()).await.expect(401);
    assert!(!challenge(&reply).contains("error"));
}

#[tokio::test]
async fn a_malformed_header_is_an_invalid_request() {
    let stack = Stack::start().await;
    let token = alices_token(&stack, "notes:read").await;
    for malformed in [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer a b".to_owned(),
        "Bearer ä".to_owned(),
        format!("Bearer {token},{token}"),
    ] {
        let request = stack.http.get(stack.api("/notes")).header("authorization", malformed.as_bytes());
        let reply = Reply::read(request.send().await.unwrap()).await;
        assert!(matches!(reply.status.as_u16(), 400 | 401), "{malformed}: {}", reply.status);
        if reply.status == 400 {
            assert!(challenge(&reply).contains(r#"error="invalid_request""#), "{malformed}");
        }
    }
    let request = stack.http.get(stack.api("/notes")).bearer_auth(&token).bearer_auth("another");
    let reply = Reply::read(request.send().await.unwrap()).await.expect_error(400, "invalid_request");
    assert!(challenge(&reply).contains(r#"error="invalid_request""#));
}

#[tokio::test]
async fn a_token_in_the_query_or_the_body_is_not_looked_at() {
    let stack = Stack::start().await;
    let token = alices_token(&stack, "notes:read").await;
    let reply = stack.ask_api("GET", &format!("/notes?access_token={token}"), None, None).await;
    assert!(matches!(reply.status.as_u16(), 400 | 401), "{}", reply.status);
}

/// Every token that somebody might try, against a way of checking.
async fn wrong_tokens_are_refused(local_check: bool) {
    let stack = Stack::start_with(Parts { local_check, ..Parts::default() }).await;
    let tokens = stack.server.tokens_of("alice", &stack.web, "openid notes:read").await;
    let good = &tokens.access_token;
    assert!(notes(&stack, good).await.is_empty());
    let (header, claims) = tests::jwt::peek(good);
    let kid = header["kid"].as_str();

    // Signed by somebody else's authorization server, for us, of alice.
    let foreign_key = auth_core::jwt::SigningKey::generate(auth_core::jwt::Algorithm::ES256).unwrap();
    let foreign = foreign_key.sign("at+jwt", &claims).unwrap();
    // Of our server and of alice, for another API.
    let other_api =
        stack.server.register(NewClient::web("other").audiences(&["https://other.example"])).await;
    let elsewhere = stack.server.tokens_of("alice", &other_api, "notes:read").await.access_token;

    for (what, token) in [
        ("a name", "alice".to_owned()),
        ("random", "A".repeat(43)),
        ("a changed subject", tests::jwt::tampered(good, "sub", "bob".into())),
        ("a wider scope", tests::jwt::tampered(good, "scope", "notes:read notes:write".into())),
        ("alg none", tests::jwt::unsecured(&claims, "at+jwt")),
        ("no signature", good.rsplit_once('.').unwrap().0.to_owned() + "."),
        (
            "HS256 with a public value",
            tests::jwt::sign_hs256(kid, "at+jwt", &claims, kid.unwrap().as_bytes()),
        ),
        ("a foreign signature", foreign),
        ("another audience", elsewhere),
        ("an ID token", tokens.id_token().to_owned()),
    ] {
        let reply = stack.ask_api("GET", "/notes", Some(&token), None).await;
        assert_eq!(reply.status, 401, "{what}: {}", reply.body);
        expect_invalid_token(reply);
    }
    stack.server.advance(tokens.expires_in + 60);
    expect_invalid_token(stack.ask_api("GET", "/notes", Some(good), None).await);
}

#[tokio::test]
async fn wrong_tokens_are_refused_by_introspection() {
    wrong_tokens_are_refused(false).await;
}

#[tokio::test]
async fn wrong_tokens_are_refused_by_the_local_check() {
    wrong_tokens_are_refused(true).await;
}

/// A client that is called like a user would be that user in its own token's `sub` (RFC 9700 §4.15), and one
/// that is called like an API would have ID tokens made out to it.
#[tokio::test]
async fn no_client_is_called_like_a_user_or_an_api() {
    let stack = Stack::start().await;
    let tokens = stack.server.tokens_of("alice", &stack.web, "openid notes:read").await;
    let sub = stack.server.verified(tokens.id_token()).await["sub"].as_str().unwrap().to_owned();
    for name in [sub.as_str(), &stack.api_url] {
        let impostor = NewClient::machine("impostor", "notes:read").client_id(name);
        assert!(stack.server.try_register(impostor).await.is_err(), "{name} was registered");
    }
}

async fn another_issuers_token_is_refused(local_check: bool) {
    let stack = Stack::start_with(Parts { local_check, ..Parts::default() }).await;
    let other = TestServer::start().await;
    other.user("alice").await;
    let client = other.register(NewClient::web("notes").audiences(&[&stack.api_url])).await;
    let token = other.tokens_of("alice", &client, "notes:read").await.access_token;
    expect_invalid_token(stack.ask_api("GET", "/notes", Some(&token), None).await);
}

#[tokio::test]
async fn another_issuers_token_is_refused_by_both_checks() {
    another_issuers_token_is_refused(false).await;
    another_issuers_token_is_refused(true).await;
}

#[tokio::test]
async fn each_route_wants_its_own_scope() {
    let stack = Stack::start().await;
    let (read, write) = (alices_token(&stack, "notes:read").await, alices_token(&stack, "notes:write").await);
    let id = add_note(&stack, &write, "x").await;
    expect_insufficient_scope(stack.ask_api("GET", "/notes", Some(&write), None).await, Some("notes:read"));
    let body = Some(json!({ "text": "y" }));
    expect_insufficient_scope(stack.ask_api("POST", "/notes", Some(&read), body).await, Some("notes:write"));
    let path = format!("/notes/{id}");
    expect_insufficient_scope(stack.ask_api("DELETE", &path, Some(&read), None).await, Some("notes:write"));
    assert_eq!(notes(&stack, &read).await.len(), 1, "nothing was deleted or added");
}

#[tokio::test]
async fn a_machine_cannot_touch_a_users_routes() {
    let stack = Stack::start().await;
    // A machine that even has the users' scopes.
    let greedy =
        NewClient::machine("greedy", "notes:read notes:write reports:write").audiences(&[&stack.api_url]);
    let greedy = stack.server.register(greedy).await;
    let token = Tokens::of(&stack.server.client_credentials(&greedy, "").await).access_token;
    for (method, path, body) in [
        ("GET", "/notes", None),
        ("POST", "/notes", Some(json!({ "text": "x" }))),
        ("DELETE", "/notes/1", None),
    ] {
        expect_insufficient_scope(stack.ask_api(method, path, Some(&token), body).await, None);
    }
}

#[tokio::test]
async fn a_user_cannot_touch_a_machines_routes() {
    let stack = Stack::start().await;
    // A client that may ask users for the machines' scope.
    let greedy =
        NewClient::web("greedy").scopes("openid reports:write notes:read").audiences(&[&stack.api_url]);
    let greedy = stack.server.register(greedy).await;
    let token = stack.server.tokens_of("alice", &greedy, "reports:write").await.access_token;
    let report = json!({ "words": 1, "lines": 1, "characters": 1 });
    expect_insufficient_scope(stack.ask_api("GET", "/reports/pending", Some(&token), None).await, None);
    expect_insufficient_scope(stack.ask_api("PUT", "/reports/1", Some(&token), Some(report)).await, None);
}

#[tokio::test]
async fn a_machine_makes_the_report_of_a_note() {
    let stack = Stack::start().await;
    let alice = alices_token(&stack, "notes:read notes:write").await;
    let machine = machine_token(&stack).await;
    let id = add_note(&stack, &alice, "three little words").await;
    let pending = stack.ask_api("GET", "/reports/pending", Some(&machine), None).await.expect(200).json();
    assert_eq!(pending, json!([{ "id": id, "text": "three little words" }]));
    let report = json!({ "words": 3, "lines": 1, "characters": 18 });
    let path = format!("/reports/{id}");
    let done = stack.ask_api("PUT", &path, Some(&machine), Some(report.clone())).await;
    assert!(done.status.is_success(), "{} {}", done.status, done.body);
    let pending = stack.ask_api("GET", "/reports/pending", Some(&machine), None).await.expect(200).json();
    assert_eq!(pending, json!([]));
    assert_eq!(notes(&stack, &alice).await[0]["report"], report);
    let unknown = stack.ask_api("PUT", "/reports/unknown", Some(&machine), Some(report)).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_revocation_is_felt_at_once_by_introspection() {
    let stack = Stack::start().await;
    let token = alices_token(&stack, "notes:read").await;
    assert!(notes(&stack, &token).await.is_empty());
    stack.server.revoke(&stack.web, &token).await.expect(200);
    expect_invalid_token(stack.ask_api("GET", "/notes", Some(&token), None).await);
}

#[tokio::test]
async fn the_local_check_asks_nobody_and_so_feels_a_revocation_at_expiry() {
    let stack = Stack::start_with(Parts { local_check: true, ..Parts::default() }).await;
    let token = alices_token(&stack, "notes:read").await;
    stack.server.revoke(&stack.web, &token).await.expect(200);
    stack.ask_api("GET", "/notes", Some(&token), None).await.expect(200);
    stack.server.advance(900 + 31);
    expect_invalid_token(stack.ask_api("GET", "/notes", Some(&token), None).await);
}

#[tokio::test]
async fn the_metadata_names_the_resource_and_its_authorization_server() {
    // RFC 9728 §2
    let stack = Stack::start().await;
    let reply = stack.ask_api("GET", "/.well-known/oauth-protected-resource", None, None).await.expect(200);
    let document = reply.json();
    assert_eq!(document["resource"], stack.api_url.as_str());
    assert_eq!(document["authorization_servers"], json!([stack.server.issuer]));
    assert_eq!(document["bearer_methods_supported"], json!(["header"]));
    for scope in ["notes:read", "notes:write", "reports:write"] {
        assert!(document["scopes_supported"].as_array().unwrap().contains(&scope.into()), "{scope}");
    }
    let asked = stack.ask_api("GET", "/notes", None, None).await;
    let named = challenge(&asked).split("resource_metadata=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(named, stack.api("/.well-known/oauth-protected-resource"));
}

#[tokio::test]
async fn when_the_authorization_server_is_away_the_api_says_so_and_opens_nothing() {
    let stack = Stack::start().await;
    let token = alices_token(&stack, "notes:read").await;
    let (listener, port) = tests::server::free_listener();
    let (away, away_port) = tests::server::free_listener();
    drop(away);
    let api_url = format!("http://localhost:{port}");
    let settings = resource_api::Settings::new(
        auth_core::server::Listen::Bound(listener),
        auth_core::settings::Issuer::parse(&format!("http://localhost:{away_port}"), true).unwrap(),
        api_url.clone(),
        resource_api::TokenCheck::Local,
    );
    let database_url = format!("sqlite:{}", stack.server.folder.path().join("lonely.sqlite3").display());
    let settings = resource_api::Settings { database_url, ..settings };
    let _running = tests::stack::run(resource_api::App::build(settings).await.unwrap());
    let request = stack.http.get(format!("{api_url}/notes")).bearer_auth(&token);
    let reply = Reply::read(request.send().await.unwrap()).await.expect(503);
    assert!(reply.header("retry-after").is_some());
    let alive = stack.http.get(format!("{api_url}/healthz")).send().await.unwrap();
    assert_eq!(alive.status(), 200);
}

#[tokio::test]
async fn a_note_that_is_no_note_is_refused() {
    let stack = Stack::start().await;
    let token = alices_token(&stack, "notes:read notes:write").await;
    for wrong in [
        json!({}),
        json!({ "text": "" }),
        json!({ "text": 5 }),
        json!({ "text": "x".repeat(10_000) }),
        json!("text"),
    ] {
        let reply = stack.ask_api("POST", "/notes", Some(&token), Some(wrong.clone())).await;
        assert!(matches!(reply.status.as_u16(), 400 | 413 | 422), "{wrong}: {}", reply.status);
        assert!(!reply.error().is_empty(), "{}", reply.body);
    }
    let request = stack.http.post(stack.api("/notes")).bearer_auth(&token);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body("text=x");
    let reply = Reply::read(request.send().await.unwrap()).await;
    assert!(matches!(reply.status.as_u16(), 400 | 415), "{}", reply.status);
    assert!(notes(&stack, &token).await.is_empty());
}

#[tokio::test]
async fn every_answer_of_the_api_may_be_believed_to_be_json() {
    let stack = Stack::start().await;
    for path in ["/notes", "/no/such/path", "/.well-known/oauth-protected-resource"] {
        let reply = Browser::new().get(stack.api(path)).await;
        assert!(reply.header("content-type").unwrap().starts_with("application/json"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}
