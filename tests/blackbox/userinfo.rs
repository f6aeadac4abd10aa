//! The UserInfo endpoint (OpenID Connect Core §5.3): claims by scope, for access tokens of this server only.

use serde_json::json;
use tests::{NewClient, Reply, TestServer, Tokens};

async fn alice(scope: &str) -> (TestServer, String, Tokens) {
    let server = TestServer::start().await;
    let sub = server.user("alice").await;
    let client = server.client("notes").await;
    let tokens = server.tokens_of("alice", &client, scope).await;
    (server, sub, tokens)
}

#[tokio::test]
async fn openid_alone_gives_sub_and_nothing_else() {
    let (server, sub, tokens) = alice("openid").await;
    let reply = server.userinfo(&tokens.access_token).await.expect(200);
    assert!(reply.header("content-type").unwrap().starts_with("application/json"));
    assert!(reply.header("cache-control").unwrap().contains("no-store"));
    assert_eq!(reply.json(), json!({ "sub": sub }));
}

#[tokio::test]
async fn profile_and_email_add_their_claims() {
    let (server, sub, tokens) = alice("openid profile email").await;
    let body = server.userinfo(&tokens.access_token).await.expect(200).json();
    assert_eq!(body["sub"], sub.as_str());
    assert_eq!(body["name"], "Alice Example");
    assert_eq!(body["preferred_username"], "alice");
    assert_eq!(body["email"], "alice@example.com");
    assert!(body["email_verified"].is_boolean());
}

#[tokio::test]
async fn profile_does_not_tell_the_email_address() {
    let (server, _, tokens) = alice("openid profile").await;
    let body = server.userinfo(&tokens.access_token).await.expect(200).json();
    assert_eq!(body["name"], "Alice Example");
    assert!(body.get("email").is_none());
}

#[tokio::test]
async fn post_with_the_header_works_too() {
    let (server, _, tokens) = alice("openid").await;
    let request = server.http.post(server.url("/o/userinfo")).bearer_auth(&tokens.access_token);
    Reply::read(request.send().await.unwrap()).await.expect(200);
}

#[tokio::test]
async fn sub_is_the_id_tokens_and_no_name() {
    let (server, sub, tokens) = alice("openid").await;
    assert_eq!(server.verified(tokens.id_token()).await["sub"], sub.as_str());
    assert_ne!(sub, "alice", "a name can change hands");
}

#[tokio::test]
async fn without_a_token_the_challenge_has_no_error() {
    let server = TestServer::start().await;
    let reply = server.get("/o/userinfo").await.expect(401);
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer") && !challenge.contains("error"), "{challenge}");
}

#[tokio::test]
async fn a_bad_token_is_an_invalid_token() {
    let (server, _, tokens) = alice("openid").await;
    let (_, claims) = tests::jwt::peek(&tokens.access_token);
    for token in [
        "rubbish".to_owned(),
        tests::jwt::tampered(&tokens.access_token, "sub", "bob".into()),
        tests::jwt::unsecured(&claims, "at+jwt"),
        tokens.id_token().to_owned(),
    ] {
        let reply = server.userinfo(&token).await.expect(401);
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
    }
}

#[tokio::test]
async fn a_token_without_openid_has_insufficient_scope() {
    let (server, _, tokens) = alice("notes:read").await;
    let reply = server.userinfo(&tokens.access_token).await.expect(403);
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
    assert!(challenge.contains(r#"scope="openid""#), "{challenge}");
}

#[tokio::test]
async fn a_machines_token_has_no_userinfo() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "reports:write")).await;
    let tokens = Tokens::of(&server.client_credentials(&client, "").await);
    assert_eq!(server.userinfo(&tokens.access_token).await.status, 403);
}

#[tokio::test]
async fn a_token_in_the_query_is_not_looked_at() {
    // RFC 9700 §4.3.2: it would stand in logs and histories.
    let (server, _, tokens) = alice("openid").await;
    let reply = server.get(&format!("/o/userinfo?access_token={}", tokens.access_token)).await;
    assert!(matches!(reply.status.as_u16(), 400 | 401), "{}", reply.status);
}

#[tokio::test]
async fn two_authorization_headers_are_an_invalid_request() {
    let (server, _, tokens) = alice("openid").await;
    let request = server
        .http
        .get(server.url("/o/userinfo"))
        .header("authorization", format!("Bearer {}", tokens.access_token))
        .header("authorization", "Bearer other");
    let reply = Reply::read(request.send().await.unwrap()).await.expect(400);
    assert!(reply.header("www-authenticate").unwrap().contains(r#"error="invalid_request""#));
}

#[tokio::test]
async fn the_scheme_is_read_whatever_its_case() {
    let (server, _, tokens) = alice("openid").await;
    let request = server
        .http
        .get(server.url("/o/userinfo"))
        .header("authorization", format!("bEaReR {}", tokens.access_token));
    Reply::read(request.send().await.unwrap()).await.expect(200);
}

#[tokio::test]
async fn an_expired_token_is_an_invalid_token() {
    let (server, _, tokens) = alice("openid").await;
    server.advance(tokens.expires_in + 60);
    let reply = server.userinfo(&tokens.access_token).await.expect(401);
    assert!(reply.header("www-authenticate").unwrap().contains(r#"error="invalid_token""#));
}
