//! Refresh tokens rotate; reuse revokes the whole family (RFC 9700 §4.14.2); a retry within ten seconds
//! gets the same successor and never a fork.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{Browser, Client, NewClient, TestServer, Tokens};

const SCOPE: &str = "openid offline_access notes:read notes:write";

async fn issued() -> (TestServer, Client, Tokens) {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let tokens = server.tokens_of("alice", &client, SCOPE).await;
    (server, client, tokens)
}

#[tokio::test]
async fn a_refresh_gives_a_new_pair_for_the_same_authorization() {
    let (server, client, first) = issued().await;
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    assert_ne!(second.access_token, first.access_token);
    assert_ne!(second.refresh(), first.refresh());
    assert_eq!(second.scopes(), first.scopes());
    let (before, after) =
        (server.verified(&first.access_token).await, server.verified(&second.access_token).await);
    for claim in ["iss", "sub", "aud", "client_id", "scope", "auth_time"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    assert_ne!(before["jti"], after["jti"]);
}

#[tokio::test]
async fn a_refreshed_id_token_keeps_who_and_when_and_has_no_nonce() {
    // OpenID Connect Core §12.2
    let (server, client, first) = issued().await;
    server.advance(100);
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    let (before, after) = (server.verified(first.id_token()).await, server.verified(second.id_token()).await);
    for claim in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    assert!(after["iat"].as_i64() > before["iat"].as_i64());
    assert_eq!(after["nonce"], Value::Null);
    assert_eq!(after["at_hash"], tests::jwt::at_hash(&second.access_token));
}

#[tokio::test]
async fn a_retry_within_the_grace_gets_the_same_successor() {
    let (server, client, first) = issued().await;
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    server.advance(5);
    let retry = Tokens::of(&server.refresh(&client, first.refresh()).await);
    assert_eq!(retry.refresh(), second.refresh(), "one successor, never a fork");
    // The successor is unused and lives.
    server.refresh(&client, second.refresh()).await.expect(200);
}

#[tokio::test]
async fn twenty_parallel_refreshes_never_fork_the_family() {
    let (server, client, first) = issued().await;
    let replies = futures::future::join_all((0..20).map(|_| server.refresh(&client, first.refresh()))).await;
    let mut successors = BTreeSet::new();
    for reply in replies {
        match reply.status.as_u16() {
            200 => drop(successors.insert(Tokens::of(&reply).refresh().to_owned())),
            _ => drop(reply.expect_error(400, "invalid_grant")),
        }
    }
    assert_eq!(successors.len(), 1, "every answer names the one successor");
    let successor = successors.into_iter().next().unwrap();
    server.refresh(&client, &successor).await.expect(200);
}

#[tokio::test]
async fn reuse_after_the_grace_revokes_the_family() {
    let (server, client, first) = issued().await;
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    server.advance(11);
    server.refresh(&client, first.refresh()).await.expect_error(400, "invalid_grant");
    server.refresh(&client, second.refresh()).await.expect_error(400, "invalid_grant");
    for tokens in [&first, &second] {
        assert!(
            !server.is_active(&client, &tokens.access_token).await,
            "the family's access tokens are dead"
        );
    }
}

#[tokio::test]
async fn reuse_once_the_successor_was_used_revokes_the_family_even_within_the_grace() {
    // The successor in use proves that its owner got the answer: no honest retry comes any more.
    let (server, client, first) = issued().await;
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    let third = Tokens::of(&server.refresh(&client, second.refresh()).await);
    server.advance(2);
    server.refresh(&client, first.refresh()).await.expect_error(400, "invalid_grant");
    server.refresh(&client, third.refresh()).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn reuse_ends_the_family_and_nothing_else() {
    let (server, client, first) = issued().await;
    let elsewhere = server.tokens_of("alice", &client, SCOPE).await;
    Tokens::of(&server.refresh(&client, first.refresh()).await);
    server.advance(11);
    server.refresh(&client, first.refresh()).await.expect_error(400, "invalid_grant");
    server.refresh(&client, elsewhere.refresh()).await.expect(200);
}

#[tokio::test]
async fn a_narrower_scope_is_granted_for_that_access_token() {
    let (server, client, first) = issued().await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", first.refresh()), ("scope", "notes:read")];
    let narrow = Tokens::of(&server.token(&client, &form).await);
    assert_eq!(narrow.scopes(), ["notes:read"]);
    assert_eq!(server.verified(&narrow.access_token).await["scope"], "notes:read");
    // RFC 6749 §6: the refresh token keeps the scope that was granted.
    let wide = Tokens::of(&server.refresh(&client, narrow.refresh()).await);
    assert_eq!(wide.scopes(), first.scopes());
}

#[tokio::test]
async fn a_wider_scope_is_invalid_and_burns_nothing() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let first = server.tokens_of("alice", &client, "openid offline_access notes:read").await;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh()),
        ("scope", "notes:read notes:write"),
    ];
    server.token(&client, &form).await.expect_error(400, "invalid_scope");
    server.refresh(&client, first.refresh()).await.expect(200);
}

#[tokio::test]
async fn another_clients_refresh_token_is_an_invalid_grant_and_survives() {
    let (server, client, first) = issued().await;
    let thief = server.client("thief").await;
    server.refresh(&thief, first.refresh()).await.expect_error(400, "invalid_grant");
    server.refresh(&client, first.refresh()).await.expect(200);
}

#[tokio::test]
async fn a_public_client_refreshes_its_own_tokens_only() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.register(NewClient::public("spa")).await;
    let thief = server.register(NewClient::public("thief")).await;
    let first = server.tokens_of("alice", &client, SCOPE).await;
    server.refresh(&thief, first.refresh()).await.expect_error(400, "invalid_grant");
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    server.refresh(&client, second.refresh()).await.expect(200);
}

#[tokio::test]
async fn an_unknown_refresh_token_is_an_invalid_grant() {
    let (server, client, first) = issued().await;
    server.refresh(&client, "AAAA").await.expect_error(400, "invalid_grant");
    // Nor is an access token one.
    server.refresh(&client, &first.access_token).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_missing_refresh_token_is_an_invalid_request() {
    let (server, client, _) = issued().await;
    server.token(&client, &[("grant_type", "refresh_token")]).await.expect_error(400, "invalid_request");
}

#[tokio::test]
async fn an_unused_refresh_token_expires() {
    let server = TestServer::start_with(|settings| {
        settings.refresh_token_lifetime = std::time::Duration::from_secs(3600);
    })
    .await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let first = server.tokens_of("alice", &client, SCOPE).await;
    server.advance(3000);
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    server.advance(3601);
    server.refresh(&client, second.refresh()).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_family_does_not_live_for_ever() {
    let server = TestServer::start_with(|settings| {
        settings.refresh_token_lifetime = std::time::Duration::from_secs(3600);
        settings.refresh_token_absolute_lifetime = std::time::Duration::from_secs(7000);
    })
    .await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut tokens = server.tokens_of("alice", &client, SCOPE).await;
    for _ in 0..2 {
        server.advance(3000);
        tokens = Tokens::of(&server.refresh(&client, tokens.refresh()).await);
    }
    server.advance(3000);
    server.refresh(&client, tokens.refresh()).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn refreshing_does_not_need_the_user_at_the_screen() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let first = server.code_flow(&mut browser, &client, SCOPE).await;
    let page = browser.get(server.url("/accounts/logout")).await.expect(200);
    browser.submit(&page, page.page().form()).await.expect(303);
    server.refresh(&client, first.refresh()).await.expect(200);
}

#[tokio::test]
async fn the_database_alone_gives_no_token_away() {
    // Only digests are stored, and the successor kept for a retry is sealed under the old token.
    if std::env::var_os("TEST_POSTGRES_URL").is_some() {
        return; // there is no file to look into
    }
    let (server, client, first) = issued().await;
    let second = Tokens::of(&server.refresh(&client, first.refresh()).await);
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(server.folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    assert!(bytes.len() > 10_000, "the database is in this folder");
    for secret in [
        first.refresh(),
        second.refresh(),
        client.secret(),
        "open-sesame-alice",
        second.access_token.as_str(),
    ] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} stands in the database");
    }
}
