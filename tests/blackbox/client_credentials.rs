//! The client credentials grant (RFC 6749 §4.4): a machine's own token.

use serde_json::Value;
use tests::{NewClient, TestServer, Tokens};

#[tokio::test]
async fn a_machine_gets_a_token_of_its_own() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "read reports:write")).await;
    let tokens = Tokens::of(&server.client_credentials(&client, "reports:write").await);
    assert_eq!(tokens.scopes(), ["reports:write"]);
    assert_eq!(tokens.refresh_token, None, "RFC 6749 §4.4.3");
    assert_eq!(tokens.id_token, None);
    let claims = server.verified(&tokens.access_token).await;
    assert_eq!(claims["sub"], client.client_id.as_str(), "RFC 9068 §2.2: the client is the subject");
    assert_eq!(claims["client_id"], client.client_id.as_str());
    assert_eq!(claims["auth_time"], Value::Null, "nobody signed in");
}

#[tokio::test]
async fn an_omitted_scope_means_what_the_machine_may_have() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "read reports:write")).await;
    let tokens = Tokens::of(&server.client_credentials(&client, "").await);
    assert_eq!(tokens.scopes(), ["read", "reports:write"]);
}

#[tokio::test]
async fn a_scope_that_is_not_the_machines_is_invalid() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "reports:write")).await;
    server.client_credentials(&client, "reports:write notes:read").await.expect_error(400, "invalid_scope");
    server.client_credentials(&client, "unknown").await.expect_error(400, "invalid_scope");
    server.client_credentials(&client, "a\"b").await.expect_error(400, "invalid_scope");
}

#[tokio::test]
async fn openid_and_offline_access_are_not_for_machines() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "openid offline_access reports:write")).await;
    for scope in ["openid", "offline_access"] {
        server.client_credentials(&client, scope).await.expect_error(400, "invalid_scope");
    }
    let tokens = Tokens::of(&server.client_credentials(&client, "").await);
    assert_eq!(tokens.scopes(), ["reports:write"]);
}

#[tokio::test]
async fn a_public_client_cannot_use_it() {
    let server = TestServer::start().await;
    let public = NewClient::public("spa").grants(&["authorization_code", "client_credentials"]);
    let Ok(client) = server.try_register(public).await else {
        return; // refused at registration already
    };
    let reply = server.client_credentials(&client, "").await;
    let status = reply.status.as_u16();
    assert!(matches!(
        (status, reply.error().as_str()),
        (400, "unauthorized_client") | (401, "invalid_client")
    ));
}

#[tokio::test]
async fn a_client_without_the_grant_is_unauthorized() {
    let server = TestServer::start().await;
    let client = server.client("notes").await;
    server.client_credentials(&client, "notes:read").await.expect_error(400, "unauthorized_client");
}

#[tokio::test]
async fn a_machine_cannot_use_the_other_grants() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "reports:write")).await;
    let verifier = tests::flow::random();
    server.exchange(&client, "a-code", &verifier).await.expect_error(400, "unauthorized_client");
    server.refresh(&client, "a-token").await.expect_error(400, "unauthorized_client");
}

#[tokio::test]
async fn the_audience_is_the_resource_or_the_clients_default() {
    // RFC 8707
    let server = TestServer::start().await;
    let two = ["https://a.example", "https://b.example"];
    let client = server.register(NewClient::machine("worker", "reports:write").audiences(&two)).await;
    let grant = ("grant_type", "client_credentials");
    let both = Tokens::of(&server.token(&client, &[grant]).await);
    assert_eq!(server.verified(&both.access_token).await["aud"], serde_json::json!(two));
    let one = Tokens::of(&server.token(&client, &[grant, ("resource", "https://b.example")]).await);
    assert_eq!(server.verified(&one.access_token).await["aud"], "https://b.example");
    let resources = [grant, ("resource", "https://a.example"), ("resource", "https://b.example")];
    let named = Tokens::of(&server.token(&client, &resources).await);
    assert_eq!(server.verified(&named.access_token).await["aud"], serde_json::json!(two));
    for wrong in ["https://c.example", "not a uri", "https://a.example/#x"] {
        server.token(&client, &[grant, ("resource", wrong)]).await.expect_error(400, "invalid_target");
    }
}

#[tokio::test]
async fn without_resource_and_audiences_the_token_is_for_the_server_itself() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "reports:write")).await;
    let tokens = Tokens::of(&server.client_credentials(&client, "").await);
    assert_eq!(server.verified(&tokens.access_token).await["aud"], server.issuer.as_str());
}
