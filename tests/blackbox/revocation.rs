//! Token revocation (RFC 7009).

use tests::{Client, NewClient, TestServer, Tokens};

const SCOPE: &str = "openid offline_access notes:read";

async fn issued() -> (TestServer, Client, Tokens) {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let tokens = server.tokens_of("alice", &client, SCOPE).await;
    (server, client, tokens)
}

#[tokio::test]
async fn revoking_a_refresh_token_ends_its_access_tokens_too() {
    let (server, client, tokens) = issued().await;
    let reply = server.revoke(&client, tokens.refresh()).await.expect(200);
    assert!(reply.header("cache-control").unwrap_or_default().contains("no-store"));
    server.refresh(&client, tokens.refresh()).await.expect_error(400, "invalid_grant");
    assert!(!server.is_active(&client, &tokens.access_token).await);
    assert_eq!(server.userinfo(&tokens.access_token).await.status, 401);
}

#[tokio::test]
async fn revoking_a_rotated_refresh_token_ends_its_family() {
    let (server, client, first) = issued().await;
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    server.revoke(&client, first.refresh()).await.expect(200);
    server.refresh(&client, second.refresh()).await.expect_error(400, "invalid_grant");
    assert!(!server.is_active(&client, &second.access_token).await);
}

#[tokio::test]
async fn a_revoked_refresh_token_is_not_honoured_within_the_grace() {
    let (server, client, first) = issued().await;
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    server.revoke(&client, second.refresh()).await.expect(200);
    server.refresh(&client, first.refresh()).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn revoking_an_access_token_ends_it() {
    let (server, client, tokens) = issued().await;
    server.revoke(&client, &tokens.access_token).await.expect(200);
    assert!(!server.is_active(&client, &tokens.access_token).await);
    assert_eq!(server.userinfo(&tokens.access_token).await.status, 401);
}

// RFC 7009 §2.1 leaves the choice: a client that gives up one access token may go on.
#[tokio::test]
async fn revoking_an_access_token_leaves_its_refresh_token() {
    let (server, client, tokens) = issued().await;
    server.revoke(&client, &tokens.access_token).await.expect(200);
    let next = Tokens::of(&server.refresh(&client, tokens.refresh()).await);
    assert!(server.is_active(&client, &next.access_token).await);
    assert!(!server.is_active(&client, &tokens.access_token).await, "and does not come back");
}

#[tokio::test]
async fn revoking_a_machines_token_ends_it() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "reports:write")).await;
    let tokens = Tokens::of(&server.client_credentials(&client, "").await);
    let other = Tokens::of(&server.client_credentials(&client, "").await);
    server.revoke(&client, &tokens.access_token).await.expect(200);
    assert!(!server.is_active(&client, &tokens.access_token).await);
    assert!(server.is_active(&client, &other.access_token).await, "one token, not all of them");
}

#[tokio::test]
async fn another_clients_token_stays_and_the_answer_is_the_same() {
    // RFC 7009 §2.1 has it refused with an error, which would tell that there is such a token; here it
    // is answered as an unknown one is (§2.2).
    let (server, client, tokens) = issued().await;
    let other = server.client("other").await;
    for token in [tokens.refresh(), &tokens.access_token] {
        server.revoke(&other, token).await.expect(200);
    }
    assert!(server.is_active(&client, &tokens.access_token).await);
    server.refresh(&client, tokens.refresh()).await.expect(200);
}

#[tokio::test]
async fn an_unknown_token_is_no_error() {
    let (server, client, _) = issued().await;
    for token in ["unknown", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        server.revoke(&client, token).await.expect(200);
    }
}

#[tokio::test]
async fn a_forged_access_token_revokes_nothing() {
    let (server, client, tokens) = issued().await;
    let forged = tests::jwt::tampered(&tokens.access_token, "exp", 9_999_999_999_i64.into());
    server.revoke(&client, &forged).await.expect(200);
    assert!(server.is_active(&client, &tokens.access_token).await);
}

#[tokio::test]
async fn a_wrong_or_unknown_hint_does_not_matter() {
    for hint in ["access_token", "refresh_token", "unheard_of"] {
        let (server, client, tokens) = issued().await;
        let form = [("token", tokens.refresh()), ("token_type_hint", hint)];
        server.post_as(&client, "/o/revoke_token", &form).await.expect(200);
        server.refresh(&client, tokens.refresh()).await.expect_error(400, "invalid_grant");
    }
}

#[tokio::test]
async fn a_public_client_revokes_its_own() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.register(NewClient::public("spa")).await;
    let thief = server.register(NewClient::public("thief")).await;
    let tokens = server.tokens_of("alice", &client, SCOPE).await;
    server.revoke(&thief, tokens.refresh()).await.expect(200);
    let tokens = Tokens::of(&server.refresh(&client, tokens.refresh()).await);
    server.revoke(&client, tokens.refresh()).await.expect(200);
    server.refresh(&client, tokens.refresh()).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_client_must_authenticate() {
    let (server, client, tokens) = issued().await;
    let reply = server.revoke(&client.with_secret("wrong"), tokens.refresh()).await;
    let reply = reply.expect_error(401, "invalid_client");
    assert!(reply.header("www-authenticate").unwrap().starts_with("Basic "));
    server.refresh(&client, tokens.refresh()).await.expect(200);
}

#[tokio::test]
async fn a_missing_token_is_an_invalid_request() {
    let (server, client, _) = issued().await;
    server.post_as(&client, "/o/revoke_token", &[]).await.expect_error(400, "invalid_request");
    server.post_as(&client, "/o/revoke_token", &[("token", "")]).await.expect_error(400, "invalid_request");
    let twice = [("token", "a"), ("token", "b")];
    server.post_as(&client, "/o/revoke_token", &twice).await.expect_error(400, "invalid_request");
}
