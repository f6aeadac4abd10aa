//! Client authentication (RFC 6749 §2.3, §3.2.1): the registered method and no other, one method at a
//! time, and a challenge when Basic was tried.

use tests::{
    Client, NewClient, Reply, TestServer,
    client::{basic, form_encoded},
    http::form_encode,
};

async fn machine(method: &'static str) -> (TestServer, Client) {
    let server = TestServer::start().await;
    let client = server.register(NewClient::machine("machine", "reports:write").method(method)).await;
    (server, client)
}

/// A client credentials request with exactly these Authorization headers and fields.
async fn ask(server: &TestServer, authorization: &[&str], fields: &[(&str, &str)]) -> Reply {
    let mut form = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
    form.extend(fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
    let mut request = server
        .http
        .post(server.url("/o/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form_encode(&form));
    for value in authorization {
        request = request.header("authorization", *value);
    }
    Reply::read(request.send().await.unwrap()).await
}

/// RFC 6749 §5.2: 401, and a challenge of the scheme that the client used.
fn expect_basic_challenge(reply: Reply) {
    let reply = reply.expect_error(401, "invalid_client");
    let challenge = reply.header("www-authenticate").expect("a challenge");
    assert!(challenge.starts_with("Basic realm=\""), "{challenge}");
}

#[tokio::test]
async fn basic_authenticates() {
    let (server, client) = machine("client_secret_basic").await;
    ask(&server, &[&client.basic()], &[]).await.expect(200);
    let lower = client.basic().replacen("Basic", "basic", 1);
    ask(&server, &[&lower], &[]).await.expect(200);
}

#[tokio::test]
async fn post_authenticates() {
    let (server, client) = machine("client_secret_post").await;
    let fields = [("client_id", client.client_id.as_str()), ("client_secret", client.secret())];
    ask(&server, &[], &fields).await.expect(200);
}

#[tokio::test]
async fn a_wrong_basic_secret_gets_a_basic_challenge() {
    let (server, client) = machine("client_secret_basic").await;
    expect_basic_challenge(ask(&server, &[&client.with_secret("wrong").basic()], &[]).await);
}

#[tokio::test]
async fn an_unknown_client_gets_the_same_answer_as_a_wrong_secret() {
    let (server, client) = machine("client_secret_basic").await;
    let wrong = ask(&server, &[&client.with_secret("wrong").basic()], &[]).await;
    let unknown = ask(&server, &[&basic("nobody", "wrong")], &[]).await;
    assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
    expect_basic_challenge(unknown);
}

#[tokio::test]
async fn a_wrong_posted_secret_gets_401_without_a_basic_challenge() {
    let (server, client) = machine("client_secret_post").await;
    let fields = [("client_id", client.client_id.as_str()), ("client_secret", "wrong")];
    let reply = ask(&server, &[], &fields).await.expect_error(401, "invalid_client");
    assert!(!reply.header("www-authenticate").unwrap_or_default().starts_with("Basic"));
}

#[tokio::test]
async fn no_authentication_at_all_is_an_invalid_client() {
    let (server, client) = machine("client_secret_basic").await;
    ask(&server, &[], &[]).await.expect_error(401, "invalid_client");
    let only_id = [("client_id", client.client_id.as_str())];
    ask(&server, &[], &only_id).await.expect_error(401, "invalid_client");
}

#[tokio::test]
async fn the_registered_method_is_enforced() {
    let (server, client) = machine("client_secret_basic").await;
    let fields = [("client_id", client.client_id.as_str()), ("client_secret", client.secret())];
    ask(&server, &[], &fields).await.expect_error(401, "invalid_client");

    let (server, client) = machine("client_secret_post").await;
    expect_basic_challenge(ask(&server, &[&client.basic()], &[]).await);
}

#[tokio::test]
async fn both_methods_at_once_are_refused() {
    // RFC 6749 §2.3: not more than one method in each request.
    let (server, client) = machine("client_secret_basic").await;
    let fields = [("client_id", client.client_id.as_str()), ("client_secret", client.secret())];
    let reply = ask(&server, &[&client.basic()], &fields).await;
    let (status, code) = (reply.status.as_u16(), reply.error());
    assert!(
        matches!((status, code.as_str()), (400, "invalid_request") | (401, "invalid_client")),
        "{}",
        reply.body
    );
    reply.expect_error(status, &code);
}

#[tokio::test]
async fn a_client_id_in_the_body_that_contradicts_basic_is_refused() {
    let (server, client) = machine("client_secret_basic").await;
    let other = server.client("other").await;
    let reply = ask(&server, &[&client.basic()], &[("client_id", &other.client_id)]).await;
    assert!(reply.status == 400 || reply.status == 401, "{}", reply.status);
    ask(&server, &[&client.basic()], &[("client_id", &client.client_id)]).await.expect(200);
}

#[tokio::test]
async fn two_authorization_headers_are_refused() {
    let (server, client) = machine("client_secret_basic").await;
    let reply = ask(&server, &[&client.basic(), &client.with_secret("other").basic()], &[]).await;
    assert!(reply.status == 400 || reply.status == 401, "{}", reply.status);
}

#[tokio::test]
async fn another_scheme_is_no_client_authentication() {
    let (server, client) = machine("client_secret_basic").await;
    let reply = ask(&server, &["Bearer something"], &[("client_id", &client.client_id)]).await;
    reply.expect_error(401, "invalid_client");
}

#[tokio::test]
async fn malformed_basic_is_an_invalid_client() {
    let (server, _) = machine("client_secret_basic").await;
    for malformed in ["Basic", "Basic ", "Basic !!!", "Basic YQ==", "Basic gICAOoCAgA==", &basic("a%zz", "b")]
    {
        expect_basic_challenge(ask(&server, &[malformed], &[]).await);
    }
}

#[tokio::test]
async fn basic_credentials_are_form_decoded() {
    // RFC 6749 §2.3.1: both halves are form-encoded before Basic.
    let server = TestServer::start().await;
    let (id, secret) = ("client one:ü/?", "p:a+ss w%rd/ü&=0123456789-0123456789abcdef");
    let new = NewClient::machine("special", "reports:write").client_id(id).secret(secret);
    let client = match server.try_register(new).await {
        Ok(client) => client,
        // A server may narrow what a client_id looks like; then the secret alone is special.
        Err(_) => server.register(NewClient::machine("special", "reports:write").secret(secret)).await,
    };
    ask(&server, &[&basic(&form_encoded(&client.client_id), &form_encoded(secret))], &[]).await.expect(200);
    expect_basic_challenge(ask(&server, &[&basic(&form_encoded(&client.client_id), secret)], &[]).await);
}

#[tokio::test]
async fn a_confidential_client_cannot_pass_for_a_public_one() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let tokens = server.tokens_of("alice", &client, "openid offline_access").await;
    let pretender = Client { method: "none".to_owned(), secret: None, ..client.clone() };
    server.refresh(&pretender, tokens.refresh()).await.expect_error(401, "invalid_client");
    server.revoke(&pretender, tokens.refresh()).await.expect_error(401, "invalid_client");
    server.refresh(&client, tokens.refresh()).await.expect(200);
}

#[tokio::test]
async fn a_public_client_that_sends_a_secret_is_refused() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::public("spa")).await;
    let liar = Client { method: "client_secret_post".to_owned(), secret: Some("x".to_owned()), ..client };
    server.refresh(&liar, "a-token").await.expect_error(401, "invalid_client");
}

#[tokio::test]
async fn a_grant_type_is_required_and_known() {
    let (server, client) = machine("client_secret_basic").await;
    for grants in [&[][..], &[("grant_type", "")]] {
        let reply = server.token(&client, grants).await;
        let code = reply.error();
        assert!(matches!(code.as_str(), "invalid_request" | "unsupported_grant_type"), "{}", reply.body);
        reply.expect_error(400, &code);
    }
    for unknown in ["password", "implicit", "urn:example:own"] {
        server.token(&client, &[("grant_type", unknown)]).await.expect_error(400, "unsupported_grant_type");
    }
}

#[tokio::test]
async fn a_repeated_parameter_is_refused() {
    let (server, client) = machine("client_secret_basic").await;
    let reply = server
        .token(&client, &[("grant_type", "client_credentials"), ("grant_type", "client_credentials")])
        .await;
    reply.expect_error(400, "invalid_request");
    let repeated = [("grant_type", "client_credentials"), ("scope", "reports:write"), ("scope", "x")];
    server.token(&client, &repeated).await.expect_error(400, "invalid_request");
}
