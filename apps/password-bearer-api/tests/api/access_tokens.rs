//! What a token is, and which are refused.

use std::time::Duration;

use auth_core::{
    clock::Clock,
    jwt::{ACCESS_TOKEN_TYPE, AccessTokenClaims, Algorithm, JWT_TYPE, SigningKey},
    secret::SigningSecret,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::app::{Store, TestApp, challenge, refusal};

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_says_what_rfc_9068_wants_and_not_who_the_user_is() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let token = app.login("alice", "me items").await.access;
    let (header, claims) = (part(&token, 0), part(&token, 1));
    assert_eq!((&header["alg"], &header["typ"]), (&json!("HS256"), &json!("at+jwt")));
    assert_eq!(claims["iss"], "http://localhost:8001");
    assert_eq!(claims["aud"], "http://localhost:8001");
    assert_eq!(claims["scope"], "items me");
    let (exp, iat) = (claims["exp"].as_i64().unwrap(), claims["iat"].as_i64().unwrap());
    assert_eq!(exp - iat, 900);
    assert!((Clock::system().now().unix() - iat).abs() < 60, "UTC, whatever TZ says");
    assert!(!claims.to_string().contains("alice"));
    let other = part(&app.login("alice", "me").await.access, 1);
    assert_ne!(claims["jti"], other["jti"]);
    assert_ne!(claims["auth_id"], other["auth_id"]);
    assert_eq!(claims["sub"], other["sub"]);
}

#[tokio::test]
async fn a_token_of_another_make_is_refused() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let good = app.login("alice", "me").await.access;
    let claims: AccessTokenClaims = serde_json::from_value(part(&good, 1)).unwrap();
    let sign = |claims: &AccessTokenClaims| app.key.sign(ACCESS_TOKEN_TYPE, claims).unwrap();
    assert_eq!(app.get("/users/me", &sign(&claims)).await.status(), 200, "the honest one");

    let published = SigningSecret::new("09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7");
    let published = SigningKey::hs256(published).unwrap();
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#),
        good.split('.').nth(1).unwrap()
    );
    let wider = {
        let payload = json!({ "scope": "me items admin", "sub": claims.sub });
        let parts: Vec<_> = good.split('.').collect();
        format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(payload.to_string()), parts[2])
    };
    for (what, token) in [
        ("signed with the tutorial's key", published.sign(ACCESS_TOKEN_TYPE, &claims).unwrap()),
        (
            "signed with an ES256 key",
            SigningKey::generate(Algorithm::ES256).unwrap().sign(ACCESS_TOKEN_TYPE, &claims).unwrap(),
        ),
        ("not signed", unsigned),
        ("with another payload", wider),
        ("of another type", app.key.sign(JWT_TYPE, &claims).unwrap()),
        (
            "of another issuer",
            sign(&AccessTokenClaims { iss: "https://evil.example".into(), ..claims.clone() }),
        ),
        (
            "for another API",
            sign(&AccessTokenClaims { aud: "https://other.example".into(), ..claims.clone() }),
        ),
        ("without a session", sign(&AccessTokenClaims { auth_id: None, ..claims.clone() })),
        (
            "of a session that never was",
            sign(&AccessTokenClaims { auth_id: Some("x".into()), ..claims.clone() }),
        ),
        (
            "from the future",
            sign(&AccessTokenClaims { iat: claims.iat + Duration::from_secs(60), ..claims.clone() }),
        ),
        ("expired", sign(&AccessTokenClaims { exp: claims.iat - Duration::from_secs(10), ..claims.clone() })),
    ] {
        let response = app.get("/users/me", &token).await;
        assert_eq!(
            challenge(&response),
            r#"Bearer realm="password-bearer-api", error="invalid_token", error_description="the access token is expired, ended or not one of this API", scope="me""#,
            "{what}"
        );
        assert_eq!(refusal(response).await, (401, "invalid_token".to_owned()), "{what}");
    }
}

#[tokio::test]
async fn a_scope_that_a_token_was_not_granted_is_not_the_users_to_use() {
    let app = TestApp::start().await;
    app.user("alice").await;
    // Even a token of ours cannot hold more than the account.
    let good = app.login("alice", "me").await.access;
    let claims: AccessTokenClaims = serde_json::from_value(part(&good, 1)).unwrap();
    let admin = AccessTokenClaims { scope: "me admin".parse().unwrap(), ..claims };
    let admin = app.key.sign(ACCESS_TOKEN_TYPE, &admin).unwrap();
    assert_eq!(refusal(app.get("/admin/users", &admin).await).await, (403, "insufficient_scope".to_owned()));
}

#[tokio::test]
async fn challenges_are_those_of_rfc_6750_section_3() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let me = app.login("alice", "me").await.access;
    let get = |path: &str| app.http.get(format!("{}{path}", app.url));

    let missing = get("/users/me/items").send().await.unwrap();
    assert_eq!(challenge(&missing), r#"Bearer realm="password-bearer-api", scope="items""#);
    assert_eq!(refusal(missing).await, (401, String::new()), "no error code when no token came");

    let lacking = app.get("/users/me/items", &me).await;
    assert_eq!(
        challenge(&lacking),
        r#"Bearer realm="password-bearer-api", error="insufficient_scope", error_description="the access token lacks a scope", scope="items""#
    );
    assert_eq!(refusal(lacking).await, (403, "insufficient_scope".to_owned()));

    for twice in [
        get("/users/me").bearer_auth(&me).bearer_auth(&me),
        get("/users/me").header("authorization", "Bearer a b"),
    ] {
        let response = twice.send().await.unwrap();
        assert!(challenge(&response).contains(r#"error="invalid_request""#));
        assert_eq!(refusal(response).await, (400, "invalid_request".to_owned()));
    }
    let in_query = get(&format!("/users/me?access_token={me}")).send().await.unwrap();
    assert_eq!(in_query.status(), 401, "a token in the address is none");
}

#[tokio::test]
async fn key_pairs_sign_as_well_as_secrets() {
    for algorithm in [Algorithm::EdDSA, Algorithm::ES256] {
        let app = TestApp::start_on(Store::new(), SigningKey::generate(algorithm).unwrap(), |_| {}).await;
        app.user("alice").await;
        let token = app.login("alice", "me").await.access;
        assert_eq!(part(&token, 0)["alg"], algorithm.as_str());
        assert_eq!(app.get("/users/me", &token).await.status(), 200);
    }
}
