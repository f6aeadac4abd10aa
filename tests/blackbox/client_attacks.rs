//! Attacks on the web client: every answer that is not the one to its own question is refused, with a
//! page that says what happened, before a code is spent on it where that is possible.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{
    Browser, LoneClient, Reply,
    client::form_encoded,
    jwt::{sign_hs256, unsecured},
    stub::{Answer, Lie, Stub},
};

/// A failed sign-in: a page with a status of its own that says what to do, and nobody is signed in.
async fn expect_refused(client: &LoneClient, browser: &mut Browser, reply: Reply) -> Reply {
    let status = reply.status;
    assert!(status.is_client_error() || status.is_server_error(), "accepted with {status}");
    let reply = reply.expect_error_page(status.as_u16());
    assert!(reply.page().text().len() > 40, "the page says what happened and what to do");
    assert!(!client.knows(browser).await, "somebody is signed in");
    reply
}

/// A callback that is refused before the code goes anywhere.
async fn refused_callback(change: impl FnOnce(&LoneClient, String) -> String) {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    let sent = client.begin(&mut browser).await;
    client.provider.tell(Lie { nonce: sent["nonce"].clone(), ..Lie::default() });
    let callback = change(&client, client.callback(&sent));
    let reply = browser.get(callback).await;
    let reply = expect_refused(&client, &mut browser, reply).await;
    assert_eq!(reply.status, 400);
    assert_eq!(client.provider.exchanges(), 0, "the code stays unspent");
}

fn without(url: &str, name: &str) -> String {
    let mut url = url::Url::parse(url).unwrap();
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(parameter, _)| parameter != name).collect();
    url.query_pairs_mut().clear().extend_pairs(kept);
    url.into()
}

#[tokio::test]
async fn a_callback_without_state_is_refused() {
    refused_callback(|_, url| without(&url, "state")).await;
}

#[tokio::test]
async fn a_callback_with_another_state_is_refused() {
    refused_callback(|_, url| format!("{}&state={}", without(&url, "state"), "A".repeat(43))).await;
}

#[tokio::test]
async fn a_callback_with_two_states_is_refused() {
    refused_callback(|_, url| format!("{url}&state=another")).await;
}

#[tokio::test]
async fn a_callback_with_two_codes_is_refused() {
    refused_callback(|_, url| format!("{url}&code=another")).await;
}

#[tokio::test]
async fn a_callback_without_a_code_is_refused() {
    refused_callback(|_, url| without(&url, "code")).await;
}

#[tokio::test]
async fn a_callback_without_iss_is_refused_when_the_provider_promises_it() {
    // RFC 9207 §2.4
    refused_callback(|_, url| without(&url, "iss")).await;
}

#[tokio::test]
async fn a_callback_of_another_issuer_is_refused() {
    refused_callback(|_, url| format!("{}&iss=https%3A%2F%2Fevil.example", without(&url, "iss"))).await;
}

#[tokio::test]
async fn an_issuer_that_differs_by_a_slash_is_another_one() {
    refused_callback(|client, url| {
        let iss = form_encoded(&format!("{}/", client.provider.stub.url));
        format!("{}&iss={iss}", without(&url, "iss"))
    })
    .await;
}

#[tokio::test]
async fn a_callback_for_another_browser_is_refused() {
    let client = LoneClient::start().await;
    let mut mallory = Browser::new();
    let sent = client.begin(&mut mallory).await;
    client.provider.tell(Lie { nonce: sent["nonce"].clone(), ..Lie::default() });
    let mut victim = Browser::new();
    let reply = victim.get_cross_site(client.callback(&sent)).await;
    assert_eq!(expect_refused(&client, &mut victim, reply).await.status, 400);
    // Nor when the victim has begun a sign-in of their own.
    client.begin(&mut victim).await;
    let reply = victim.get_cross_site(client.callback(&sent)).await;
    expect_refused(&client, &mut victim, reply).await;
    assert_eq!(client.provider.exchanges(), 0);
}

#[tokio::test]
async fn a_callback_works_once() {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    let sent = client.begin(&mut browser).await;
    client.provider.tell(Lie { nonce: sent["nonce"].clone(), ..Lie::default() });
    browser.get(client.callback(&sent)).await.expect(303);
    let replay = browser.get(client.callback(&sent)).await;
    assert_eq!(replay.status, 400);
    assert_eq!(client.provider.exchanges(), 1);
    assert!(client.knows(&mut browser).await, "the first sign-in stands");
}

#[tokio::test]
async fn a_refused_callback_cannot_be_tried_again() {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    let sent = client.begin(&mut browser).await;
    client.provider.tell(Lie { nonce: sent["nonce"].clone(), ..Lie::default() });
    let wrong = format!("{}&iss=https%3A%2F%2Fevil.example", without(&client.callback(&sent), "iss"));
    browser.get(wrong).await.expect(400);
    let reply = browser.get(client.callback(&sent)).await;
    expect_refused(&client, &mut browser, reply).await;
    assert_eq!(client.provider.exchanges(), 0);
}

#[tokio::test]
async fn the_newest_of_two_sign_ins_works_and_does_not_mix_with_the_other() {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    let first = client.begin(&mut browser).await;
    let second = client.begin(&mut browser).await;
    assert_ne!(first["state"], second["state"]);
    client.provider.tell(Lie { nonce: second["nonce"].clone(), ..Lie::default() });
    browser.get(client.callback(&second)).await.expect(303);
    assert!(client.knows(&mut browser).await);
}

#[tokio::test]
async fn a_sign_in_that_was_begun_long_ago_is_over() {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    let sent = client.begin(&mut browser).await;
    client.provider.tell(Lie { nonce: sent["nonce"].clone(), ..Lie::default() });
    client.provider.clock.advance(Duration::from_secs(24 * 60 * 60));
    let reply = browser.get(client.callback(&sent)).await;
    expect_refused(&client, &mut browser, reply).await;
    assert_eq!(client.provider.exchanges(), 0);
}

#[tokio::test]
async fn an_error_of_the_provider_is_shown_and_reflects_nothing_raw() {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    for (error, is_theirs) in [
        ("access_denied", false),
        ("server_error", true),
        ("temporarily_unavailable", true),
        ("<b>x</b>", true),
    ] {
        let sent = client.begin(&mut browser).await;
        let iss = form_encoded(&client.provider.stub.url);
        let described = form_encoded("<script>alert(1)</script>");
        let (state, error_value) = (form_encoded(&sent["state"]), form_encoded(error));
        let url =
            format!("/callback?error={error_value}&error_description={described}&state={state}&iss={iss}");
        let reply = browser.get(client.url(&url)).await;
        let reply = expect_refused(&client, &mut browser, reply).await;
        assert!(!reply.body.contains("<script>alert") && !reply.body.contains("<b>x"), "{}", reply.body);
        assert_eq!(reply.status.is_server_error(), is_theirs, "{error}: {}", reply.status);
    }
}

#[tokio::test]
async fn an_error_without_the_right_state_is_refused_too() {
    refused_callback(|client, _| client.url("/callback?error=access_denied&state=x")).await;
}

/// An ID token that is wrong in one claim; null removes it.
async fn refused_claim(claims: serde_json::Value) {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    let reply = client.sign_in_with(&mut browser, Lie { claims: claims.clone(), ..Lie::default() }).await;
    let reply = expect_refused(&client, &mut browser, reply).await;
    assert!(reply.status.is_server_error() || reply.status == 400, "{claims}: {}", reply.status);
}

macro_rules! a_wrong_claim_is_refused {
    ($($name:ident: $claims:tt;)*) => {$(
        #[tokio::test]
        async fn $name() {
            refused_claim(json!($claims)).await;
        }
    )*};
}

// ANCHOR: wrong_claims
// OpenID Connect Core §3.1.3.7
a_wrong_claim_is_refused! {
    an_id_token_with_another_nonce_is_refused: { "nonce": "another" };
    an_id_token_without_the_nonce_is_refused: { "nonce": null };
    an_id_token_for_another_client_is_refused: { "aud": "another-client" };
    an_id_token_without_an_audience_is_refused: { "aud": null };
    an_id_token_for_two_audiences_with_a_foreign_azp_is_refused: { "aud": ["the-client", "other"], "azp": "other" };
    an_id_token_of_another_issuer_is_refused: { "iss": "https://evil.example" };
    an_id_token_without_an_issuer_is_refused: { "iss": null };
    an_expired_id_token_is_refused: { "exp": 1_000_000_000 };
    an_id_token_without_an_expiry_is_refused: { "exp": null };
    // CVE-2026-25537: a wrongly typed claim must not count as an absent one.
    an_id_token_whose_expiry_is_text_is_refused: { "exp": "9999999999" };
    an_id_token_whose_not_before_is_text_is_refused: { "nbf": "9999999999" };
    an_id_token_that_is_not_valid_yet_is_refused: { "nbf": 9_999_999_999_i64 };
    an_id_token_without_a_subject_is_refused: { "sub": null };
    an_id_token_of_another_access_token_is_refused: { "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" };
}
// ANCHOR_END: wrong_claims

#[tokio::test]
async fn an_id_token_signed_with_a_foreign_key_is_refused() {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    let reply = client.sign_in_with(&mut browser, Lie { foreign_key: true, ..Lie::default() }).await;
    expect_refused(&client, &mut browser, reply).await;
}

async fn refused_id_token(make: impl FnOnce(&serde_json::Value) -> String) {
    let client = LoneClient::start().await;
    let mut browser = Browser::new();
    let sent = client.begin(&mut browser).await;
    let now = client.provider.shared_clock.now().unix();
    let claims = json!({
        "iss": client.provider.stub.url, "sub": "alice", "aud": "the-client", "exp": now + 300, "iat": now,
        "nonce": sent["nonce"],
    });
    client.provider.tell(Lie { id_token: Some(make(&claims)), ..Lie::default() });
    let reply = browser.get(client.callback(&sent)).await;
    expect_refused(&client, &mut browser, reply).await;
}

#[tokio::test]
async fn an_unsigned_id_token_is_refused() {
    refused_id_token(|claims| unsecured(claims, "JWT")).await;
}

#[tokio::test]
async fn an_id_token_signed_with_the_client_secret_is_refused() {
    refused_id_token(|claims| sign_hs256(None, "JWT", claims, b"the-clients-secret-0123456789-0123456789"))
        .await;
}

#[tokio::test]
async fn rubbish_is_no_id_token() {
    refused_id_token(|_| "rubbish".to_owned()).await;
}

#[tokio::test]
async fn a_token_answer_that_is_none_is_a_page_that_says_so() {
    for (status, body) in [
        (400, json!({ "error": "invalid_grant" })),
        (401, json!({ "error": "invalid_client" })),
        (500, json!("broken")),
        (200, json!("no tokens")),
        (200, json!({ "access_token": "x", "token_type": "mac" })),
        (200, json!({ "access_token": "x", "token_type": "Bearer" })),
    ] {
        let client = LoneClient::start().await;
        let mut browser = Browser::new();
        let lie = Lie { answer: Some((status, body.clone())), ..Lie::default() };
        let reply = client.sign_in_with(&mut browser, lie).await;
        let reply = expect_refused(&client, &mut browser, reply).await;
        // 500 is for what whoever runs the client has to repair, and names a reference into its log.
        let ours = reply.status == 500 && reply.page().by_id("reference").is_some();
        assert!(ours || matches!(reply.status.as_u16(), 400 | 502 | 503), "{body}: {}", reply.status);
    }
}

#[tokio::test]
async fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let elsewhere = Stub::start(|_| Answer::json(200, json!({}))).await;
    let target = format!("{}/stolen", elsewhere.url);
    let redirector = Stub::start(move |_| Answer::json(307, json!({})).header("location", &target)).await;
    let change = json!({ "token_endpoint": format!("{}/o/token", redirector.url) });
    let client = LoneClient::with(change, "http://localhost:8002").await;
    let mut browser = Browser::new();
    let sent = client.begin(&mut browser).await;
    let reply = browser.get(client.callback(&sent)).await;
    expect_refused(&client, &mut browser, reply).await;
    assert!(elsewhere.asked().is_empty(), "code and secret went elsewhere: {:?}", elsewhere.asked());
}

async fn refused_provider(change: serde_json::Value) {
    let client = LoneClient::with(change.clone(), "http://localhost:8002").await;
    let reply = Browser::new().get(client.url("/login")).await;
    assert!(matches!(reply.status.as_u16(), 502 | 503), "{change}: {} {:?}", reply.status, reply.location());
    reply.clone().expect_error_page(reply.status.as_u16());
}

#[tokio::test]
async fn a_provider_that_calls_itself_something_else_is_refused() {
    // OpenID Connect Discovery §4.3, RFC 8414 §3.3
    refused_provider(json!({ "issuer": "https://evil.example" })).await;
    refused_provider(json!({ "issuer": null })).await;
}

#[tokio::test]
async fn a_provider_with_a_plain_http_endpoint_elsewhere_is_refused() {
    refused_provider(json!({ "token_endpoint": "http://provider.example/token" })).await;
    refused_provider(json!({ "authorization_endpoint": "http://provider.example/authorize" })).await;
    refused_provider(json!({ "jwks_uri": "http://provider.example/jwks" })).await;
}

#[tokio::test]
async fn a_provider_without_s256_is_refused() {
    // RFC 9700 §2.1.1
    refused_provider(json!({ "code_challenge_methods_supported": ["plain"] })).await;
}

#[tokio::test]
async fn a_provider_without_a_needed_endpoint_is_refused() {
    refused_provider(json!({ "token_endpoint": null })).await;
    refused_provider(json!({ "jwks_uri": null })).await;
}

#[tokio::test]
async fn a_provider_that_never_answers_costs_a_time_limit_and_no_more() {
    // It takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let change = json!({ "token_endpoint": format!("http://localhost:{port}/token") });
    let client = LoneClient::with(change, "http://localhost:8002").await;
    let mut browser = Browser::new();
    let sent = client.begin(&mut browser).await;
    let asked = Instant::now();
    let reply = browser.get(client.callback(&sent)).await;
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    expect_refused(&client, &mut browser, reply).await;
}
