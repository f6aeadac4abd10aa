//! What stands in the tokens: access tokens exactly as RFC 9068 §2 has them, ID tokens as OpenID Connect Core §2.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{Browser, NewClient, TestServer, Tokens, flow::sorted, jwt::peek};

const API: &str = "https://api.example";

struct Issued {
    server: TestServer,
    sub: String,
    client: tests::Client,
    request: tests::AuthorizationRequest,
    tokens: Tokens,
}

async fn issued() -> Issued {
    let server = TestServer::start().await;
    let sub = server.user("alice").await;
    let client = server.register(NewClient::web("notes").audiences(&[API])).await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    server.advance(20);
    let request = server.request(&client, "openid profile offline_access notes:read");
    let code = server.authorized(&mut browser, &request).await.code().to_owned();
    let tokens = Tokens::of(&server.exchange(&client, &code, &request.verifier).await);
    Issued { server, sub, client, request, tokens }
}

fn names(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn an_access_token_is_what_rfc_9068_says() {
    let Issued { server, sub, client, tokens, .. } = issued().await;
    let (header, claims) = peek(&tokens.access_token);
    assert_eq!(names(&header), BTreeSet::from(["alg", "kid", "typ"]));
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("at+jwt"), Some("ES256")));

    let now = server.shared_clock.now().unix();
    assert_eq!(server.verified(&tokens.access_token).await, claims);
    assert_eq!(claims["iss"], server.issuer.as_str());
    assert_eq!(claims["sub"], sub.as_str());
    assert_eq!(claims["aud"], API);
    assert_eq!(claims["client_id"], client.client_id.as_str());
    assert_eq!(
        sorted(claims["scope"].as_str().unwrap()),
        ["notes:read", "offline_access", "openid", "profile"]
    );
    let iat = claims["iat"].as_i64().unwrap();
    assert!((now - iat).abs() < 5);
    assert_eq!(claims["exp"].as_i64().unwrap(), iat + 900);
    let auth_time = claims["auth_time"].as_i64().unwrap();
    assert!((iat - 20 - auth_time).abs() < 5, "when the user signed in, not when the token was made");
    assert!(claims["jti"].as_str().unwrap().len() >= 16);

    let rfc_9068 =
        BTreeSet::from(["iss", "sub", "aud", "client_id", "exp", "iat", "jti", "scope", "auth_time"]);
    let more: BTreeSet<_> = names(&claims).difference(&rfc_9068).copied().collect();
    // Private claims that name the authorization are fine; anything about the person is not.
    assert!(more.is_subset(&BTreeSet::from(["auth_id", "sid"])), "{more:?}");
}

#[tokio::test]
async fn an_id_token_is_what_openid_connect_says() {
    let Issued { server, sub, client, request, tokens } = issued().await;
    let (header, claims) = peek(tokens.id_token());
    assert_eq!(header["alg"], "RS256");
    assert_ne!(header["typ"], "at+jwt");
    assert_eq!(server.verified(tokens.id_token()).await, claims);
    assert_eq!(claims["iss"], server.issuer.as_str());
    assert_eq!(claims["sub"], sub.as_str());
    assert!(claims["aud"] == client.client_id.as_str() || claims["aud"] == json!([client.client_id]));
    assert_eq!(claims["nonce"], request.parameter("nonce"));
    assert_eq!(claims["at_hash"], tests::jwt::at_hash(&tokens.access_token));
    let iat = claims["iat"].as_i64().unwrap();
    assert!(claims["exp"].as_i64().unwrap() > iat);
    assert!((iat - 20 - claims["auth_time"].as_i64().unwrap()).abs() < 5);
    assert!(claims["sid"].as_str().unwrap().len() >= 16, "the session, for a later logout");
}

#[tokio::test]
async fn the_sid_is_the_sessions_and_not_its_cookie() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let sid = |tokens: &Tokens| peek(tokens.id_token()).1["sid"].as_str().unwrap().to_owned();
    let first = sid(&server.code_flow(&mut browser, &client, "openid").await);
    let second = sid(&server.code_flow(&mut browser, &client, "openid").await);
    assert_eq!(first, second);
    assert!(browser.cookies("localhost").iter().all(|(_, value)| !value.contains(&first)));
    let elsewhere = sid(&server.tokens_of("alice", &client, "openid").await);
    assert_ne!(first, elsewhere);
}

#[tokio::test]
async fn a_request_without_nonce_gives_an_id_token_without_one() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let request = server.request(&client, "openid").without("nonce");
    let code = server.authorized(&mut browser, &request).await.code().to_owned();
    let tokens = Tokens::of(&server.exchange(&client, &code, &request.verifier).await);
    assert_eq!(peek(tokens.id_token()).1["nonce"], Value::Null);
}

#[tokio::test]
async fn a_resource_narrows_the_audience_and_the_token_request_cannot_widen_it() {
    // RFC 8707 §2.2
    let server = TestServer::start().await;
    server.user("alice").await;
    let two = ["https://a.example", "https://b.example"];
    let client = server.register(NewClient::web("notes").audiences(&two)).await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let request = server.request(&client, "openid notes:read").add("resource", two[0]);
    let code = server.authorized(&mut browser, &request).await.code().to_owned();
    let form = |resource| {
        [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", request.verifier.as_str()),
            ("resource", resource),
        ]
    };
    server.token(&client, &form(two[1])).await.expect_error(400, "invalid_target");
    let tokens = Tokens::of(&server.token(&client, &form(two[0])).await);
    assert!(has_audience(&server, &tokens, two[0]).await);
    assert!(!has_audience(&server, &tokens, two[1]).await);
}

#[tokio::test]
async fn without_a_resource_the_audience_is_every_default_of_the_client() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let two = ["https://a.example", "https://b.example"];
    let client = server.register(NewClient::web("notes").audiences(&two)).await;
    let tokens = server.tokens_of("alice", &client, "notes:read").await;
    assert!(has_audience(&server, &tokens, two[0]).await && has_audience(&server, &tokens, two[1]).await);
}

async fn has_audience(server: &TestServer, tokens: &Tokens, audience: &str) -> bool {
    let claims = server.verified(&tokens.access_token).await;
    claims["aud"] == audience || claims["aud"].as_array().is_some_and(|all| all.contains(&audience.into()))
}

#[tokio::test]
async fn a_changed_token_does_not_verify_against_the_published_keys() {
    let Issued { server, tokens, .. } = issued().await;
    let changed = tests::jwt::tampered(&tokens.access_token, "scope", "admin".into());
    server.try_verify(&changed).await.unwrap_err();
}

#[tokio::test]
async fn lifetimes_are_settings() {
    let server = TestServer::start_with(|settings| {
        settings.access_token_lifetime = std::time::Duration::from_secs(120);
    })
    .await;
    let client = server.register(NewClient::machine("worker", "reports:write")).await;
    let tokens = Tokens::of(&server.client_credentials(&client, "").await);
    assert_eq!(tokens.expires_in, 120);
    let claims = server.verified(&tokens.access_token).await;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
}
