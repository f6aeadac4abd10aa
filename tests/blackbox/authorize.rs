//! The authorization endpoint's refusals. Until client and redirect URI are known to be right there is
//! an error page and no redirect (RFC 6749 §4.1.2.1); afterwards every error goes to the client, with
//! `state` and `iss`.

use tests::{AuthorizationRequest, Authorized, Browser, Client, NewClient, Reply, TestServer};

async fn setup() -> (TestServer, Client, Browser) {
    let server = TestServer::start().await;
    let client = server.client("notes").await;
    (server, client, Browser::new())
}

/// What the endpoint answers to a request that one change made wrong.
async fn refusal(
    change: impl FnOnce(AuthorizationRequest) -> AuthorizationRequest,
) -> (TestServer, AuthorizationRequest, Authorized) {
    let (server, client, mut browser) = setup().await;
    let request = change(server.request(&client, "openid notes:read"));
    let reply = browser.get(request.url()).await;
    (server, request, Authorized::of(&reply))
}

async fn refused_page(change: impl FnOnce(AuthorizationRequest) -> AuthorizationRequest) -> Reply {
    let (server, client, mut browser) = setup().await;
    let request = change(server.request(&client, "openid notes:read"));
    browser.get(request.url()).await.expect_error_page(400)
}

macro_rules! error_goes_to_the_client {
    ($($name:ident: $change:expr => $code:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let (server, request, authorized) = refusal($change).await;
            assert_eq!(authorized.redirect_uri, tests::client::CALLBACK);
            authorized.expect_error(&server, &request, $code);
        }
    )*};
}

error_goes_to_the_client! {
    a_missing_response_type_is_an_invalid_request:
        |request| request.without("response_type") => "invalid_request";
    response_type_token_is_unsupported:
        |request| request.set("response_type", "token") => "unsupported_response_type";
    response_type_id_token_is_unsupported:
        |request| request.set("response_type", "id_token") => "unsupported_response_type";
    the_hybrid_response_type_is_unsupported:
        |request| request.set("response_type", "code id_token") => "unsupported_response_type";
    an_unknown_scope_is_invalid:
        |request| request.set("scope", "openid admin:everything") => "invalid_scope";
    a_malformed_scope_is_invalid:
        |request| request.set("scope", "openid \"quoted\"") => "invalid_scope";
    pkce_is_required_of_a_confidential_client_too:
        |request| request.without("code_challenge").without("code_challenge_method") => "invalid_request";
    the_pkce_method_plain_is_refused:
        |request| request.set("code_challenge_method", "plain") => "invalid_request";
    a_missing_pkce_method_means_plain_and_is_refused:
        |request| request.without("code_challenge_method") => "invalid_request";
    an_unknown_pkce_method_is_refused:
        |request| request.set("code_challenge_method", "S512") => "invalid_request";
    a_short_code_challenge_is_refused:
        |request| request.set("code_challenge", "abc") => "invalid_request";
    a_code_challenge_of_44_characters_is_refused:
        |request| { let long = format!("{}A", request.parameter("code_challenge")); request.set("code_challenge", &long) }
        => "invalid_request";
    a_code_challenge_with_foreign_characters_is_refused:
        |request| request.set("code_challenge", &"+".repeat(43)) => "invalid_request";
    the_response_mode_fragment_is_refused:
        |request| request.set("response_mode", "fragment") => "invalid_request";
    an_unknown_response_mode_is_refused:
        |request| request.set("response_mode", "web_message") => "invalid_request";
    a_request_object_is_not_supported:
        |request| request.add("request", "e30.e30.") => "request_not_supported";
    a_request_uri_is_not_supported:
        |request| request.add("request_uri", "https://client.example/request") => "request_uri_not_supported";
    prompt_none_without_a_session_says_login_required:
        |request| request.add("prompt", "none") => "login_required";
    prompt_none_with_another_value_is_invalid:
        |request| request.add("prompt", "none login") => "invalid_request";
    an_unknown_prompt_is_invalid:
        |request| request.add("prompt", "shout") => "invalid_request";
    a_max_age_that_is_no_number_is_invalid:
        |request| request.add("max_age", "soon") => "invalid_request";
    a_negative_max_age_is_invalid:
        |request| request.add("max_age", "-1") => "invalid_request";
    a_resource_that_is_no_uri_is_an_invalid_target:
        |request| request.add("resource", "not-a-uri") => "invalid_target";
    a_resource_with_a_fragment_is_an_invalid_target:
        |request| request.add("resource", "https://api.example/#x") => "invalid_target";
    a_resource_that_the_client_may_not_ask_for_is_an_invalid_target:
        |request| request.add("resource", "https://elsewhere.example") => "invalid_target";
}

macro_rules! error_stays_here {
    ($($name:ident: $change:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            refused_page($change).await;
        }
    )*};
}

error_stays_here! {
    a_missing_client_id_is_a_page_without_a_way_on: |request| request.without("client_id");
    an_empty_client_id_is_a_page_without_a_way_on: |request| request.set("client_id", "");
    an_unknown_client_id_is_a_page_without_a_way_on: |request| request.set("client_id", "nobody");
    a_nul_in_the_client_id_is_a_page_without_a_way_on: |request| request.set("client_id", "a\0b");
    a_wrong_redirect_uri_is_a_page_without_a_way_on:
        |request| request.set("redirect_uri", "https://evil.example/callback");
    a_relative_redirect_uri_is_a_page_without_a_way_on: |request| request.set("redirect_uri", "/callback");
    // RFC 6749 §3.1: parameters must not be repeated. Which of two answers would be the right one?
    a_repeated_state_is_refused_here: |request| request.add("state", "another");
    a_repeated_client_id_is_refused_here: |request| request.add("client_id", "another");
    a_repeated_redirect_uri_is_refused_here: |request| request.add("redirect_uri", "https://evil.example/");
    a_repeated_scope_is_refused_here: |request| request.add("scope", "notes:write");
    a_repeated_code_challenge_is_refused_here: |request| request.add("code_challenge", &"A".repeat(43));
    a_repeated_unknown_parameter_is_refused_here: |request| request.add("x", "1").add("x", "2");
}

#[tokio::test]
async fn an_error_page_reflects_nothing_raw_and_tells_no_registered_uri() {
    let script = "<script>alert(1)</script>";
    let page = refused_page(|request| request.set("client_id", script)).await;
    assert!(!page.body.contains(script));
    let page = refused_page(|request| request.set("redirect_uri", "https://evil.example/callback")).await;
    assert!(!page.body.contains(tests::client::CALLBACK), "registered URIs are not disclosed");
    assert!(!page.body.contains(r#"href="https://evil.example"#), "no link to where the attacker wants");
}

#[tokio::test]
async fn bytes_that_are_no_utf8_are_refused_with_a_page() {
    let (server, client, mut browser) = setup().await;
    let url = format!("{}&x=%ff%fe", server.request(&client, "openid").url());
    browser.get(url).await.expect_error_page(400);
}

#[tokio::test]
async fn an_empty_parameter_counts_as_omitted() {
    // RFC 6749 §3.1
    let (server, client, mut browser) = setup().await;
    let request = server.request(&client, "openid").set("response_type", "");
    let authorized = Authorized::of(&browser.get(request.url()).await);
    authorized.expect_error(&server, &request, "invalid_request");
}

#[tokio::test]
async fn an_unknown_parameter_is_ignored() {
    // RFC 6749 §3.1
    let (server, client, mut browser) = setup().await;
    let request = server.request(&client, "openid").add("favourite_colour", "green");
    browser.authorize(&request).await.expect(200).page().form().field("username").unwrap();
}

#[tokio::test]
async fn a_state_comes_back_byte_for_byte() {
    let (server, client, mut browser) = setup().await;
    let state = "a b+c%20d&e=f\"<>'\\ü";
    let request = server.request(&client, "openid").set("state", state).set("scope", "unknown");
    let authorized = Authorized::of(&browser.get(request.url()).await);
    authorized.expect_error(&server, &request, "invalid_scope");
    assert_eq!(authorized.parameters["state"], state);
}

#[tokio::test]
async fn a_request_without_state_gets_none_back() {
    let (server, client, mut browser) = setup().await;
    let request = server.request(&client, "openid").without("state").set("scope", "unknown");
    let authorized = Authorized::of(&browser.get(request.url()).await);
    assert!(!authorized.parameters.contains_key("state"));
    authorized.expect_error(&server, &request, "invalid_scope");
}

#[tokio::test]
async fn a_client_without_the_code_grant_is_unauthorized() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::web("refresher").grants(&["client_credentials"])).await;
    let request = server.request(&client, "openid");
    let authorized = Authorized::of(&Browser::new().get(request.url()).await);
    authorized.expect_error(&server, &request, "unauthorized_client");
}

#[tokio::test]
async fn a_scope_that_is_not_the_clients_is_invalid() {
    let server = TestServer::start().await;
    let client = server.register(NewClient::web("reader").scopes("openid notes:read")).await;
    let request = server.request(&client, "openid notes:write");
    let authorized = Authorized::of(&Browser::new().get(request.url()).await);
    authorized.expect_error(&server, &request, "invalid_scope");
}

#[tokio::test]
async fn a_successful_response_carries_code_state_iss_and_nothing_else() {
    let (server, client, mut browser) = setup().await;
    server.user("alice").await;
    browser.sign_in(&server, "alice").await;
    let request = server.request(&client, "openid notes:read");
    let authorized = server.authorized(&mut browser, &request).await;
    assert_eq!(authorized.redirect_uri, client.redirect_uri);
    assert_eq!(authorized.parameters["state"], request.parameter("state"));
    assert_eq!(authorized.parameters["iss"], server.issuer);
    assert_eq!(authorized.parameters.len(), 3, "{:?}", authorized.parameters);
    assert!(authorized.code().len() >= 43, "a code of at least 256 bits");
}

#[tokio::test]
async fn the_request_may_come_as_a_form() {
    // OpenID Connect Core §3.1.2.1: GET and POST
    let (server, client, _) = setup().await;
    let request = server.request(&client, "openid notes:read");
    let reply = server
        .http
        .post(server.url("/o/authorize"))
        .header("origin", "https://client.example")
        .header("sec-fetch-site", "cross-site")
        .form(&request.parameters)
        .send()
        .await
        .unwrap();
    let reply = Reply::read(reply).await.expect(303);
    let login = Browser::new().follow(reply).await.expect(200);
    login.page().by_id("sign-in").expect("the login page");
    assert!(login.page().text().contains("notes"), "for this request");
}

#[tokio::test]
async fn form_post_sends_the_answer_as_a_form_that_works_without_a_script() {
    let (server, client, mut browser) = setup().await;
    server.user("alice").await;
    browser.sign_in(&server, "alice").await;
    let request = server.request(&client, "openid notes:read").add("response_mode", "form_post");
    let consent = browser.authorize(&request).await.expect(200);
    let reply = browser.allow(&consent).await;
    let page = browser.follow(reply).await.expect(200);
    let form = page.page().form();
    assert_eq!((form.action.as_str(), form.method.as_str()), (client.redirect_uri.as_str(), "post"));
    assert_eq!(form.field("state"), Some(request.parameter("state")));
    assert_eq!(form.field("iss"), Some(server.issuer.as_str()));
    let policy = page.header("content-security-policy").unwrap();
    let form_action = policy.split(';').find(|part| part.trim().starts_with("form-action")).unwrap();
    assert!(form_action.contains("https://client.example"), "{policy}");
    assert!(page.header("cache-control").unwrap().contains("no-store"));
    server.exchange(&client, form.field("code").unwrap(), &request.verifier).await.expect(200);
}

#[tokio::test]
async fn form_post_carries_errors_too() {
    let (server, client, mut browser) = setup().await;
    let request = server.request(&client, "unknown").add("response_mode", "form_post");
    let page = browser.get(request.url()).await.expect(200);
    let form = page.page().form();
    assert_eq!(form.action, client.redirect_uri);
    assert_eq!(form.field("error"), Some("invalid_scope"));
    assert_eq!(form.field("iss"), Some(server.issuer.as_str()));
    assert_eq!(form.field("state"), Some(request.parameter("state")));
}

#[tokio::test]
async fn a_trailing_slash_is_tolerated() {
    let (server, client, mut browser) = setup().await;
    let url = server.request(&client, "openid").url().replace("/o/authorize?", "/o/authorize/?");
    let reply = browser.get(url).await;
    let reply = browser.follow(reply).await.expect(200);
    reply.page().form().field("username").expect("the login page");
}
