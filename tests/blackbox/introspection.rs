//! Token introspection (RFC 7662): what it tells, and whom.

use serde_json::{Value, json};
use tests::{Client, NewClient, TestServer, Tokens};

const API: &str = "https://api.example";
const SCOPE: &str = "openid offline_access notes:read";

struct Parties {
    server: TestServer,
    sub: String,
    client: Client,
    api: Client,
    tokens: Tokens,
}

async fn parties() -> Parties {
    let server = TestServer::start().await;
    let sub = server.user("alice").await;
    let client = server.register(NewClient::web("notes").audiences(&[API])).await;
    let api = server.register(NewClient::resource_server("api", API)).await;
    let tokens = server.tokens_of("alice", &client, SCOPE).await;
    Parties { server, sub, client, api, tokens }
}

#[tokio::test]
async fn an_active_token_is_described_to_its_resource_server() {
    let Parties { server, sub, client, api, tokens } = parties().await;
    let reply = server.introspect(&api, &tokens.access_token).await.expect(200);
    assert!(reply.header("cache-control").unwrap().contains("no-store"));
    let body = reply.json();
    let claims = server.verified(&tokens.access_token).await;
    assert_eq!(body["active"], true);
    assert_eq!(body["sub"], sub.as_str());
    assert_eq!(body["client_id"], client.client_id.as_str());
    assert_eq!(body["token_type"].as_str().unwrap().to_lowercase(), "bearer");
    for claim in ["iss", "aud", "exp", "iat", "jti", "scope"] {
        assert_eq!(body[claim], claims[claim], "{claim}");
    }
}

/// A token that may not be known is `{"active":false}` and not a word more (RFC 7662 §2.2).
#[track_caller]
fn expect_inactive(reply: tests::Reply) {
    assert_eq!(reply.expect(200).json(), json!({ "active": false }));
}

#[tokio::test]
async fn a_resource_server_learns_nothing_of_tokens_for_another() {
    let Parties { server, tokens, .. } = parties().await;
    let other = NewClient::resource_server("other", "https://other.example");
    let other = server.register(other).await;
    expect_inactive(server.introspect(&other, &tokens.access_token).await);
}

#[tokio::test]
async fn another_client_learns_nothing() {
    let Parties { server, tokens, .. } = parties().await;
    let other = server.register(NewClient::web("other").audiences(&[API])).await;
    expect_inactive(server.introspect(&other, &tokens.access_token).await);
    expect_inactive(server.introspect(&other, tokens.refresh()).await);
}

#[tokio::test]
async fn a_client_may_ask_about_its_own_tokens() {
    let Parties { server, client, tokens, .. } = parties().await;
    assert!(server.is_active(&client, &tokens.access_token).await);
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token_to_a_resource_server() {
    let Parties { server, api, tokens, .. } = parties().await;
    expect_inactive(server.introspect(&api, tokens.refresh()).await);
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    let Parties { server, api, client, tokens, .. } = parties().await;
    expect_inactive(server.introspect(&api, tokens.id_token()).await);
    expect_inactive(server.introspect(&client, tokens.id_token()).await);
}

#[tokio::test]
async fn an_expired_token_is_inactive() {
    let Parties { server, api, tokens, .. } = parties().await;
    server.advance(tokens.expires_in + 1);
    expect_inactive(server.introspect(&api, &tokens.access_token).await);
}

#[tokio::test]
async fn a_revoked_token_is_inactive() {
    let Parties { server, api, client, tokens, .. } = parties().await;
    server.revoke(&client, &tokens.access_token).await.expect(200);
    expect_inactive(server.introspect(&api, &tokens.access_token).await);
}

#[tokio::test]
async fn a_tampered_or_foreign_token_is_inactive() {
    let Parties { server, api, tokens, .. } = parties().await;
    let wider = tests::jwt::tampered(&tokens.access_token, "scope", "notes:write".into());
    let (_, claims) = tests::jwt::peek(&tokens.access_token);
    let (header, _) = tests::jwt::peek(&tokens.access_token);
    let hmac = tests::jwt::sign_hs256(header["kid"].as_str(), "at+jwt", &claims, b"any secret will do");
    for token in
        [wider, tests::jwt::unsecured(&claims, "at+jwt"), hmac, "rubbish".to_owned(), "x".repeat(20_000)]
    {
        expect_inactive(server.introspect(&api, &token).await);
    }
}

#[tokio::test]
async fn a_public_client_may_not_introspect() {
    let Parties { server, tokens, .. } = parties().await;
    let public = server.register(NewClient::public("spa")).await;
    let reply = server.introspect(&public, &tokens.access_token).await;
    let (status, code) = (reply.status.as_u16(), reply.error());
    assert!(matches!(status, 400 | 401 | 403), "{status} {}", reply.body);
    assert!(matches!(code.as_str(), "invalid_client" | "unauthorized_client" | "access_denied"), "{code}");
}

#[tokio::test]
async fn the_caller_must_authenticate() {
    let Parties { server, api, tokens, .. } = parties().await;
    let reply = server.introspect(&api.with_secret("wrong"), &tokens.access_token).await;
    let reply = reply.expect_error(401, "invalid_client");
    assert!(reply.header("www-authenticate").unwrap().starts_with("Basic "));
    assert_eq!(reply.json()["active"], Value::Null);
}

#[tokio::test]
async fn a_missing_token_is_an_invalid_request() {
    let Parties { server, api, .. } = parties().await;
    server.post_as(&api, "/o/introspect", &[]).await.expect_error(400, "invalid_request");
}

#[tokio::test]
async fn a_hint_does_not_matter() {
    let Parties { server, api, tokens, .. } = parties().await;
    for hint in ["access_token", "refresh_token", "unheard_of"] {
        let form = [("token", tokens.access_token.as_str()), ("token_type_hint", hint)];
        let reply = server.post_as(&api, "/o/introspect", &form).await.expect(200);
        assert_eq!(reply.json()["active"], true);
    }
}
