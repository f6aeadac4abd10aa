use std::time::Duration;

use auth_core::jwt::{ACCESS_TOKEN_TYPE, AccessTokenClaims, Algorithm, Audience, JWT_TYPE, SigningKey};
use resource_api::TokenCheck;

use super::{TestApp, challenge, error, introspect};

const METADATA: &str = r#"resource_metadata="https://api.example/.well-known/oauth-protected-resource""#;

async fn both_checks() -> [TestApp; 2] {
    [TestApp::start_with(TokenCheck::Local, |_| {}).await, TestApp::start_with(introspect(), |_| {}).await]
}

#[tokio::test]
async fn without_a_token_the_challenge_has_no_error_code() {
    for app in both_checks().await {
        for path in ["/notes", "/reports/pending"] {
            let response = app.http.get(format!("{}{path}", app.url)).send().await.unwrap();
            assert_eq!(response.status(), 401);
            assert_eq!(challenge(&response), format!(r#"Bearer realm="resource-api", {METADATA}"#));
            assert_eq!(error(response).await, "");
        }
        assert_eq!(app.authorization_server.questions(), 0);
    }
}

#[tokio::test]
async fn a_token_in_the_query_or_two_tokens_are_refused() {
    for app in both_checks().await {
        let token = app.user("alice");
        let url = format!("{}/notes?access_token={token}", app.url);
        assert_eq!(app.http.get(url).send().await.unwrap().status(), 401);

        let url = format!("{}/notes", app.url);
        let response = app.http.get(url).bearer_auth(&token).bearer_auth(&token).send().await.unwrap();
        assert_eq!(response.status(), 400);
        assert!(challenge(&response).contains(r#"error="invalid_request""#));
    }
}

#[tokio::test]
async fn a_token_that_is_not_for_here_is_refused() {
    for app in both_checks().await {
        let good = app.authorization_server.claims("alice", "web-app", "notes:read");
        let sign = |claims: &AccessTokenClaims| app.authorization_server.sign(ACCESS_TOKEN_TYPE, claims);
        assert_eq!(app.get("/notes", &sign(&good)).await.status(), 200, "the honest one");

        let stranger = SigningKey::generate(Algorithm::ES256).unwrap();
        let mut tampered = sign(&good);
        tampered.replace_range(tampered.len() - 2.., "AA");
        let refused = [
            (
                "for another API",
                sign(&AccessTokenClaims { aud: "https://other.example".into(), ..good.clone() }),
            ),
            ("for nobody", sign(&AccessTokenClaims { aud: Audience::default(), ..good.clone() })),
            (
                "of another issuer",
                sign(&AccessTokenClaims { iss: "https://evil.example".into(), ..good.clone() }),
            ),
            ("expired", sign(&AccessTokenClaims { exp: good.iat - Duration::from_secs(60), ..good.clone() })),
            ("an ID token", app.authorization_server.sign(JWT_TYPE, &good)),
            ("signed by a stranger", stranger.sign(ACCESS_TOKEN_TYPE, &good).unwrap()),
            ("tampered with", tampered),
            ("no token at all", "abc".to_owned()),
        ];
        for (what, token) in refused {
            let response = app.get("/notes", &token).await;
            assert_eq!(response.status(), 401, "{what}");
            let challenge = challenge(&response);
            assert!(challenge.contains(r#"error="invalid_token""#), "{what}: {challenge}");
            assert!(challenge.contains(METADATA), "{what}: {challenge}");
            assert_eq!(error(response).await, "invalid_token", "{what}");
        }
    }
}

#[tokio::test]
async fn a_token_expires() {
    for app in both_checks().await {
        let token = app.user("alice");
        assert_eq!(app.get("/notes", &token).await.status(), 200);
        app.time.advance(Duration::from_secs(899));
        assert_eq!(app.get("/notes", &token).await.status(), 200);
        // Both clocks may differ by a few seconds, and no more.
        app.time.advance(Duration::from_secs(31));
        let response = app.get("/notes", &token).await;
        assert_eq!((response.status().as_u16(), error(response).await.as_str()), (401, "invalid_token"));
    }
}

#[tokio::test]
async fn each_route_wants_its_own_scope_and_says_which() {
    for app in both_checks().await {
        let reader = app.authorization_server.token("alice", "web-app", "notes:read openid");
        let writer = app.authorization_server.token("alice", "web-app", "notes:write");
        let machine = app.authorization_server.token("worker", "worker", "notes:read");
        let text = serde_json::json!({ "text": "a" });
        assert_eq!(app.get("/notes", &reader).await.status(), 200);
        assert_eq!(app.post("/notes", &writer, &text).await.status(), 201);

        for (response, scope) in [
            (app.get("/notes", &writer).await, "notes:read"),
            (app.post("/notes", &reader, &text).await, "notes:write"),
            (app.delete("/notes/x", &reader).await, "notes:write"),
            (app.get("/reports/pending", &machine).await, "reports:write"),
            (app.put("/reports/x", &machine, &text).await, "reports:write"),
        ] {
            assert_eq!(response.status(), 403);
            let challenge = challenge(&response);
            assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
            assert!(challenge.contains(&format!(r#" scope="{scope}""#)), "{challenge}");
            assert_eq!(error(response).await, "insufficient_scope");
        }
    }
}

#[tokio::test]
async fn whoever_may_not_write_learns_nothing_about_their_body() {
    for app in both_checks().await {
        let reader = app.authorization_server.token("alice", "web-app", "notes:read");
        let post = |token: &str| app.http.post(format!("{}/notes", app.url)).bearer_auth(token).body("{");
        assert_eq!(post("nonsense").send().await.unwrap().status(), 401);
        assert_eq!(post(&reader).send().await.unwrap().status(), 403);
    }
}

#[tokio::test]
async fn a_revocation_is_felt_at_once() {
    let app = TestApp::start().await;
    let token = app.user("alice");
    assert_eq!(app.get("/notes", &token).await.status(), 200);
    app.authorization_server.revoke(&token);
    let response = app.get("/notes", &token).await;
    assert_eq!((response.status().as_u16(), error(response).await.as_str()), (401, "invalid_token"));
}

#[tokio::test]
async fn an_answer_is_believed_as_long_as_was_chosen() {
    let ten = |settings: &mut resource_api::Settings| settings.introspection_cache = Duration::from_secs(10);
    let app = TestApp::start_with(introspect(), ten).await;
    let token = app.user("alice");
    for _ in 0..3 {
        assert_eq!(app.get("/notes", &token).await.status(), 200);
    }
    assert_eq!(app.authorization_server.questions(), 1);
    app.authorization_server.revoke(&token);
    app.time.advance(Duration::from_secs(9));
    assert_eq!(app.get("/notes", &token).await.status(), 200);
    app.time.advance(Duration::from_secs(1));
    assert_eq!(app.get("/notes", &token).await.status(), 401);
}

#[tokio::test]
async fn an_authorization_server_that_is_down_is_a_503_and_comes_back() {
    for app in both_checks().await {
        app.authorization_server.set_down(true);
        let token = app.user("alice");
        let response = app.get("/notes", &token).await;
        assert_eq!(response.status(), 503);
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(error(response).await, "temporarily_unavailable");
        let ready = app.http.get(format!("{}/readyz", app.url)).send().await.unwrap();
        assert_eq!(ready.status(), 503);

        app.authorization_server.set_down(false);
        app.time.advance(Duration::from_secs(2));
        assert_eq!(app.get("/notes", &token).await.status(), 200);
        let ready = app.http.get(format!("{}/readyz", app.url)).send().await.unwrap();
        assert_eq!(ready.status(), 200);
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_are_not_used() {
    for app in both_checks().await {
        app.authorization_server.claim_to_be("https://evil.example");
        let response = app.get("/notes", &app.user("alice")).await;
        assert_eq!(response.status(), 503);
        assert_eq!(app.authorization_server.questions(), 0);
    }
}

#[tokio::test]
async fn a_wrong_client_secret_is_nobodys_fault_but_ours() {
    let wrong = TokenCheck::Introspect {
        client_id: super::CLIENT_ID.to_owned(),
        client_secret: auth_core::secret::ClientSecret::new("another"),
    };
    let app = TestApp::start_with(wrong, |_| {}).await;
    let response = app.get("/notes", &app.user("alice")).await;
    assert_eq!(
        (response.status().as_u16(), error(response).await.as_str()),
        (503, "temporarily_unavailable")
    );
}
