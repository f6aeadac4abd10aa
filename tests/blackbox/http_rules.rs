//! Methods, media types, sizes: what HTTP itself asks of the endpoints.

use tests::{Client, NewClient, Reply, Stack, TestServer};

async fn machine() -> (TestServer, Client) {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("machine", "reports:write")).await;
    (server, client)
}

async fn send(request: reqwest::RequestBuilder) -> Reply {
    Reply::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn the_endpoints_of_clients_take_post_only() {
    let (server, client) = machine().await;
    for path in ["/o/token", "/o/revoke_token", "/o/introspect"] {
        for method in ["GET", "PUT", "DELETE", "PATCH"] {
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let request = server.http.request(method.clone(), server.url(path));
            let reply = send(request.header("authorization", client.basic())).await;
            assert_eq!(reply.status, 405, "{method} {path}");
            assert!(reply.header("allow").unwrap_or_default().contains("POST"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_pages_and_documents_take_their_own_methods_only() {
    let (server, _) = machine().await;
    for (method, path) in [
        ("DELETE", "/o/authorize"),
        ("PUT", "/o/authorize"),
        ("POST", "/.well-known/openid-configuration"),
        ("POST", "/.well-known/jwks.json"),
        ("PUT", "/accounts/login"),
        ("DELETE", "/o/userinfo"),
    ] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let reply = send(server.http.request(method.clone(), server.url(path))).await;
        assert_eq!(reply.status, 405, "{method} {path}");
        assert!(reply.header("allow").is_some(), "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_form_is_an_unsupported_media_type() {
    let (server, client) = machine().await;
    for path in ["/o/token", "/o/revoke_token", "/o/introspect"] {
        for (kind, body) in [
            ("application/json", r#"{"grant_type":"client_credentials"}"#),
            ("text/plain", "grant_type=client_credentials"),
            ("multipart/form-data; boundary=x", "--x--"),
        ] {
            let request = server.http.post(server.url(path)).header("authorization", client.basic());
            let reply = send(request.header("content-type", kind).body(body)).await;
            reply.expect_error(415, "invalid_request");
        }
        let request = server.http.post(server.url(path)).header("authorization", client.basic());
        let reply = send(request.body("grant_type=client_credentials")).await;
        assert!(matches!(reply.status.as_u16(), 400 | 415), "without a Content-Type: {}", reply.status);
    }
}

#[tokio::test]
async fn a_form_with_a_charset_is_still_a_form() {
    let (server, client) = machine().await;
    let request = server.http.post(server.url("/o/token")).header("authorization", client.basic());
    let request = request.header("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    send(request.body("grant_type=client_credentials")).await.expect(200);
}

#[tokio::test]
async fn credentials_in_the_query_are_refused() {
    // RFC 6749 §2.3.1: they must not be in the request URI, where every log keeps them.
    let (server, client) = machine().await;
    for query in [
        format!("client_id={}&client_secret={}", client.client_id, client.secret()),
        "grant_type=client_credentials".to_owned(),
    ] {
        let request = server.http.post(format!("{}?{query}", server.url("/o/token")));
        let request = request.header("authorization", client.basic());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        send(request.body("grant_type=client_credentials")).await.expect_error(400, "invalid_request");
    }
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused() {
    let (server, client) = machine().await;
    let large = "x".repeat(2 << 20);
    let form = [("grant_type", "client_credentials"), ("scope", large.as_str())];
    let reply = server.token(&client, &form).await;
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn bytes_that_are_no_form_are_an_invalid_request() {
    let (server, client) = machine().await;
    for body in
        ["grant_type=%zz", "grant_type=%ff%fe", "grant_type=a%00b", "grant_type=client_credentials&x=%"]
    {
        let request = server.http.post(server.url("/o/token")).header("authorization", client.basic());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        send(request.body(body)).await.expect_error(400, "invalid_request");
    }
}

#[tokio::test]
async fn a_trailing_slash_is_tolerated_at_every_endpoint() {
    let (server, client) = machine().await;
    let grant = [("grant_type", "client_credentials")];
    server.post_as(&client, "/o/token/", &grant).await.expect(200);
    server.post_as(&client, "/o/revoke_token/", &[("token", "x")]).await.expect(200);
    server.post_as(&client, "/o/introspect/", &[("token", "x")]).await.expect(200);
    server.get("/o/userinfo/").await.expect(401);
    server.get("/accounts/login/").await.expect(200);
}

#[tokio::test]
async fn a_large_body_is_refused_by_the_api_and_the_client() {
    let stack = Stack::start().await;
    let tokens = stack.server.tokens_of("alice", &stack.web, "notes:write").await;
    let large = serde_json::json!({ "text": "x".repeat(2 << 20) });
    let reply = stack.ask_api("POST", "/notes", Some(&tokens.access_token), Some(large)).await;
    assert_eq!(reply.status, 413);
    let request =
        stack.http.post(stack.client("/logout")).header("content-type", "application/x-www-form-urlencoded");
    let reply = send(request.body("x".repeat(2 << 20))).await;
    assert!(matches!(reply.status.as_u16(), 400 | 403 | 413), "{}", reply.status);
}

#[tokio::test]
async fn a_head_request_is_answered_like_a_get_without_a_body() {
    let (server, _) = machine().await;
    let reply = send(server.http.head(server.url("/.well-known/openid-configuration"))).await;
    assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, ""));
}
