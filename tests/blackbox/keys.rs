//! Signing keys: published, bound to one algorithm each, and rotated while the server runs without a
//! token being refused.

use serde_json::Value;
use tests::{NewClient, TestServer, Tokens, jwt::peek};

async fn published(server: &TestServer) -> Vec<Value> {
    let reply = server.get("/.well-known/jwks.json").await.expect(200);
    reply.json()["keys"].as_array().unwrap().clone()
}

fn kid_of(token: &str) -> String {
    peek(token).0["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_published_keys_are_public_and_say_what_they_are_for() {
    let server = TestServer::start().await;
    let reply = server.get("/.well-known/jwks.json").await.expect(200);
    assert!(
        reply.header("cache-control").unwrap().contains("max-age="),
        "a client may keep them for a while"
    );
    let keys = published(&server).await;
    let algorithms: Vec<_> = keys.iter().map(|key| key["alg"].as_str().unwrap()).collect();
    assert!(algorithms.contains(&"ES256") && algorithms.contains(&"RS256"), "{algorithms:?}");
    for key in &keys {
        assert_eq!(key["use"], "sig");
        assert!(key["kid"].as_str().unwrap().len() >= 16);
        // RFC 7518 §6: the members that would make it a private key.
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert_eq!(key[private], Value::Null, "{private} of a private key is published");
        }
    }
}

#[tokio::test]
async fn after_a_rotation_new_tokens_have_a_new_key_and_old_ones_stay_good() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.register(NewClient::web("notes")).await;
    let before = server.tokens_of("alice", &client, "openid offline_access").await;

    let (database, key) = (server.database.clone(), server.master_key);
    let now = server.shared_clock.now();
    tokio::task::spawn_blocking(move || {
        let master_key = authorization_server::settings::MasterKey::new(key);
        authorization_server::admin::rotate_keys(&database, &master_key, now).unwrap();
    })
    .await
    .unwrap();
    // A running server notices within three seconds of the machine's own time.
    tokio::time::sleep(std::time::Duration::from_millis(3500)).await;

    let after = Tokens::of(&server.refresh(&client, before.refresh()).await);
    assert_ne!(kid_of(&after.access_token), kid_of(&before.access_token));
    assert_ne!(kid_of(after.id_token()), kid_of(before.id_token()));
    server.verified(&after.access_token).await;
    server.verified(after.id_token()).await;
    // The key that signed the old ones is still published.
    server.verified(&before.access_token).await;
    server.userinfo(&after.access_token).await.expect(200);
}

#[tokio::test]
async fn the_key_that_a_rotation_takes_into_use_was_published_before() {
    // Or a resource server that cached the keys would refuse the first tokens.
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("worker", "reports:write")).await;
    let known: Vec<String> =
        published(&server).await.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
    let (database, key) = (server.database.clone(), server.master_key);
    let now = server.shared_clock.now();
    tokio::task::spawn_blocking(move || {
        let master_key = authorization_server::settings::MasterKey::new(key);
        authorization_server::admin::rotate_keys(&database, &master_key, now).unwrap();
    })
    .await
    .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(3500)).await;
    let tokens = Tokens::of(&server.client_credentials(&client, "").await);
    assert!(known.contains(&kid_of(&tokens.access_token)), "the next key is announced first");
}

#[tokio::test]
async fn a_second_server_over_the_same_database_has_the_same_keys() {
    let first = TestServer::start().await;
    let url = first.database_url.clone();
    let key = first.master_key;
    let second = TestServer::start_with(|settings| {
        settings.database_url = url.into();
        settings.master_key = authorization_server::settings::MasterKey::new(key);
    })
    .await;
    assert_eq!(published(&first).await, published(&second).await);
}

#[tokio::test]
async fn the_keys_do_not_open_under_another_master_key() {
    let first = TestServer::start().await;
    let (listener, port) = tests::server::free_listener();
    let settings = authorization_server::Settings::new(
        auth_core::server::Listen::Bound(listener),
        auth_core::settings::Issuer::parse(&format!("http://localhost:{port}"), true).unwrap(),
        first.database_url.clone(),
        authorization_server::settings::MasterKey::new([9; 32]),
    );
    let refused =
        authorization_server::App::build(authorization_server::Settings { dev: true, ..settings }).await;
    let Err(error) = refused else { panic!("a wrong master key is not noticed at start") };
    let message = error.to_string();
    assert!(message.contains("AS_MASTER_KEY"), "{message}");
}
