//! The articles that this project answers end with a list of scenarios to test: valid flow, invalid
//! credentials, expiry and refresh, revocation, unauthorized access, CSRF. Here they are, each against
//! real parties; the other modules go into the details.

use serde_json::json;
use tests::{Authorized, Browser, Stack, Tokens};

// ANCHOR: valid_flow
/// Alice signs in at the client through the authorization server, allows it, and the client shows her
/// name and keeps her notes at the API.
#[tokio::test]
async fn a_valid_flow_ends_with_the_users_name_and_notes() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();

    let login = browser.open(stack.client("/login")).await.expect(200);
    let signed_in = browser.fill_in_login(&login, "alice", "open-sesame-alice").await.expect(303);
    let consent = browser.follow(signed_in).await.expect(200);
    let allowed = browser.allow(&consent).await.expect(303);
    let home = browser.follow(allowed).await.expect(200);
    assert!(home.url.as_str().starts_with(&stack.client_url), "back at the client: {}", home.url);

    let profile = browser.open(stack.client("/profile")).await.expect(200);
    assert_eq!(profile.page().text_of("name"), "Alice Example");

    let notes = browser.open(stack.client("/notes")).await.expect(200);
    let form = notes.page().form_by_id("note-form").set("text", "Buy milk").press("add-note");
    let added = browser.submit(&notes, form).await.expect(303);
    let notes = browser.follow(added).await.expect(200);
    assert!(notes.page().text().contains("Buy milk"));
}
// ANCHOR_END: valid_flow

// ANCHOR: invalid_credentials
/// A wrong password gets no session, and so no code and no token.
#[tokio::test]
async fn invalid_credentials_get_nothing() {
    let stack = Stack::start().await;
    let mut browser = Browser::new();
    let login = browser.open(stack.client("/login")).await.expect(200);
    let refused = browser.fill_in_login(&login, "alice", "not-her-password").await;
    assert_eq!(refused.status, 403);
    assert!(refused.page().form().field("username").is_some(), "the form is there for another try");
    // A wrong client secret is as little use at the token endpoint.
    let wrong = stack.worker.with_secret("not-its-secret");
    stack.server.client_credentials(&wrong, "reports:write").await.expect_error(401, "invalid_client");
    // And the client knows nobody.
    let profile = browser.get(stack.client("/profile")).await;
    assert_ne!(profile.status, 200);
}
// ANCHOR_END: invalid_credentials

// ANCHOR: expiry_and_refresh
/// An access token ends after 15 minutes; the refresh token brings a new one.
#[tokio::test]
async fn an_expired_token_is_refused_and_refreshed() {
    let stack = Stack::start().await;
    let tokens = stack.server.tokens_of("alice", &stack.web, "openid offline_access notes:read").await;
    stack.ask_api("GET", "/notes", Some(&tokens.access_token), None).await.expect(200);

    stack.server.advance(tokens.expires_in + 60);
    let refused = stack.ask_api("GET", "/notes", Some(&tokens.access_token), None).await.expect(401);
    assert!(refused.header("www-authenticate").unwrap().contains(r#"error="invalid_token""#));

    let renewed = Tokens::of(&stack.server.refresh(&stack.web, tokens.refresh()).await);
    assert_ne!(renewed.access_token, tokens.access_token);
    assert_ne!(renewed.refresh(), tokens.refresh(), "refresh tokens rotate");
    stack.ask_api("GET", "/notes", Some(&renewed.access_token), None).await.expect(200);
}
// ANCHOR_END: expiry_and_refresh

// ANCHOR: revocation
/// A revoked token is dead at the API at once, and so is what it was refreshed with.
#[tokio::test]
async fn a_revoked_token_opens_nothing() {
    let stack = Stack::start().await;
    let tokens = stack.server.tokens_of("alice", &stack.web, "openid offline_access notes:read").await;
    stack.server.revoke(&stack.web, tokens.refresh()).await.expect(200);

    stack.ask_api("GET", "/notes", Some(&tokens.access_token), None).await.expect(401);
    stack.server.refresh(&stack.web, tokens.refresh()).await.expect_error(400, "invalid_grant");
}
// ANCHOR_END: revocation

// ANCHOR: unauthorized_access
/// No token, somebody else's token, a token with too little scope, a machine's token: refused, each
/// with the answer that says why.
#[tokio::test]
async fn unauthorized_access_is_refused_with_a_reason() {
    let stack = Stack::start().await;
    let missing = stack.ask_api("GET", "/notes", None, None).await.expect(401);
    assert!(!missing.header("www-authenticate").unwrap().contains("error="), "RFC 6750 §3.1");
    stack.ask_api("GET", "/notes", Some("AAAA"), None).await.expect(401);

    let tokens = stack.server.tokens_of("alice", &stack.web, "notes:read").await;
    let denied =
        stack.ask_api("POST", "/notes", Some(&tokens.access_token), Some(json!({ "text": "x" }))).await;
    let denied = denied.expect(403);
    assert!(denied.header("www-authenticate").unwrap().contains(r#"error="insufficient_scope""#));

    let machine = Tokens::of(&stack.server.client_credentials(&stack.worker, "reports:write").await);
    let refused = stack.ask_api("GET", "/notes", Some(&machine.access_token), None).await;
    assert_eq!(refused.status, 403);
}
// ANCHOR_END: unauthorized_access

// ANCHOR: csrf
/// Login CSRF: Mallory's authorization response, carried by Alice's browser, does not sign her in as
/// Mallory, and her own consent cannot be given by a foreign page.
#[tokio::test]
async fn a_forged_callback_or_consent_is_refused() {
    let stack = Stack::start().await;
    stack.server.user("mallory").await;
    let mut mallory = Browser::new();
    mallory.sign_in(&stack.server, "mallory").await;
    let start = mallory.get(stack.client("/login")).await;
    let consent = mallory.follow(start).await.expect(200);
    let callback = mallory.allow(&consent).await.location().unwrap();

    let mut alice = Browser::new();
    let forged = alice.get_cross_site(callback).await;
    assert_eq!(forged.status, 400, "a callback that this browser did not ask for");
    assert_ne!(alice.get(stack.client("/profile")).await.status, 200);

    alice.sign_in(&stack.server, "alice").await;
    let start = alice.get(stack.client("/login")).await;
    let consent = alice.follow(start).await.expect(200);
    let form = consent.page().form().press("allow");
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    alice.submit_with(&consent, form, &foreign).await.expect_error_page(403);
    // The real button still works: nothing was decided by the forgery.
    assert!(Authorized::of(&alice.allow(&consent).await).parameters.contains_key("code"));
}
// ANCHOR_END: csrf
