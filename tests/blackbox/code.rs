//! Authorization codes: single use under a race, short-lived, bound to client, redirect URI and PKCE
//! verifier; a valid replay revokes what the first exchange gave (RFC 6749 §4.1.2), an invalid one
//! revokes nothing.

use tests::{AuthorizationRequest, Browser, Client, NewClient, TestServer, Tokens, flow::random};

struct Issued {
    server: TestServer,
    client: Client,
    request: AuthorizationRequest,
    code: String,
}

impl Issued {
    async fn to(client: NewClient) -> Issued {
        let server = TestServer::start().await;
        server.user("alice").await;
        let client = server.register(client).await;
        let mut browser = Browser::new();
        browser.sign_in(&server, "alice").await;
        let request = server.request(&client, "openid offline_access notes:read");
        let code = server.authorized(&mut browser, &request).await.code().to_owned();
        Issued { server, client, request, code }
    }

    async fn exchange(&self) -> tests::Reply {
        self.server.exchange(&self.client, &self.code, &self.request.verifier).await
    }

    async fn exchange_with(&self, change: impl FnOnce(&mut Vec<(&'static str, String)>)) -> tests::Reply {
        let mut form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", self.code.clone()),
            ("redirect_uri", self.client.redirect_uri.clone()),
            ("code_verifier", self.request.verifier.clone()),
        ];
        change(&mut form);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.server.token(&self.client, &form).await
    }
}

async fn issued() -> Issued {
    Issued::to(NewClient::web("notes")).await
}

#[tokio::test]
async fn a_code_is_exchanged_for_tokens() {
    let issued = issued().await;
    let tokens = Tokens::of(&issued.exchange().await);
    assert_eq!(tokens.scopes(), ["notes:read", "offline_access", "openid"]);
    assert_eq!(tokens.expires_in, 900);
    tokens.refresh();
    tokens.id_token();
    assert!(issued.server.is_active(&issued.client, &tokens.access_token).await);
}

// ANCHOR: race_of_twenty
#[tokio::test]
async fn of_twenty_parallel_exchanges_one_succeeds() {
    let issued = issued().await;
    let replies = futures::future::join_all((0..20).map(|_| issued.exchange())).await;
    let (good, bad): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    assert_eq!(good.len(), 1, "one code, one answer");
    for reply in bad {
        reply.expect_error(400, "invalid_grant");
    }
}
// ANCHOR_END: race_of_twenty

// ANCHOR: replay
#[tokio::test]
async fn a_replayed_code_revokes_the_first_tokens() {
    let issued = issued().await;
    let first = Tokens::of(&issued.exchange().await);
    issued.exchange().await.expect_error(400, "invalid_grant");
    assert!(!issued.server.is_active(&issued.client, &first.access_token).await);
    assert_eq!(issued.server.userinfo(&first.access_token).await.status, 401);
    issued.server.refresh(&issued.client, first.refresh()).await.expect_error(400, "invalid_grant");
}
// ANCHOR_END: replay

#[tokio::test]
async fn a_replay_after_a_refresh_revokes_the_refreshed_tokens_too() {
    let issued = issued().await;
    let first = Tokens::of(&issued.exchange().await);
    let second = Tokens::of(&issued.server.refresh(&issued.client, first.refresh()).await);
    issued.exchange().await.expect_error(400, "invalid_grant");
    assert!(!issued.server.is_active(&issued.client, &second.access_token).await);
    issued.server.refresh(&issued.client, second.refresh()).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_replay_by_another_client_revokes_nothing() {
    let issued = issued().await;
    let first = Tokens::of(&issued.exchange().await);
    let other = issued.server.client("other").await;
    let reply = issued.server.exchange(&other, &issued.code, &issued.request.verifier).await;
    reply.expect_error(400, "invalid_grant");
    assert!(issued.server.is_active(&issued.client, &first.access_token).await);
    issued.server.refresh(&issued.client, first.refresh()).await.expect(200);
}

#[tokio::test]
async fn a_replay_with_a_wrong_verifier_revokes_nothing() {
    let issued = issued().await;
    let first = Tokens::of(&issued.exchange().await);
    let reply = issued.server.exchange(&issued.client, &issued.code, &random()).await;
    reply.expect_error(400, "invalid_grant");
    assert!(issued.server.is_active(&issued.client, &first.access_token).await);
    issued.server.refresh(&issued.client, first.refresh()).await.expect(200);
}

#[tokio::test]
async fn a_replay_revokes_only_what_that_code_gave() {
    let issued = issued().await;
    Tokens::of(&issued.exchange().await);
    let other = issued.server.tokens_of("alice", &issued.server.client("other").await, "openid").await;
    issued.exchange().await.expect_error(400, "invalid_grant");
    assert_eq!(issued.server.userinfo(&other.access_token).await.status, 200);
}

#[tokio::test]
async fn a_code_of_another_client_is_an_invalid_grant_and_survives_for_its_own() {
    let issued = issued().await;
    let other = issued.server.client("other").await;
    let reply = issued.server.exchange(&other, &issued.code, &issued.request.verifier).await;
    reply.expect_error(400, "invalid_grant");
    issued.exchange().await.expect(200);
}

#[tokio::test]
async fn an_unknown_code_is_an_invalid_grant() {
    let issued = issued().await;
    let reply = issued.server.exchange(&issued.client, &random(), &issued.request.verifier).await;
    reply.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_code_lives_for_sixty_seconds() {
    let young = issued().await;
    young.server.advance(55);
    young.exchange().await.expect(200);

    let old = issued().await;
    old.server.advance(61);
    old.exchange().await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_wrong_redirect_uri_is_an_invalid_grant() {
    let two = NewClient::web("two")
        .redirect_uris(&["https://client.example/callback", "https://client.example/other"]);
    let issued = Issued::to(two).await;
    let wrong = issued.exchange_with(|form| form[2].1 = "https://client.example/other".to_owned()).await;
    wrong.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_redirect_uri_that_was_sent_before_cannot_be_left_out() {
    // RFC 6749 §4.1.3: required if the authorization request had one.
    let issued = issued().await;
    let reply = issued.exchange_with(|form| form.retain(|(name, _)| *name != "redirect_uri")).await;
    let code = reply.error();
    assert!(matches!(code.as_str(), "invalid_grant" | "invalid_request"), "{}", reply.body);
    reply.expect_error(400, &code);
}

#[tokio::test]
async fn a_missing_code_is_an_invalid_request() {
    let issued = issued().await;
    let reply = issued.exchange_with(|form| form.retain(|(name, _)| *name != "code")).await;
    reply.expect_error(400, "invalid_request");
}

#[tokio::test]
async fn a_missing_verifier_is_refused() {
    let issued = issued().await;
    let reply = issued.exchange_with(|form| form.retain(|(name, _)| *name != "code_verifier")).await;
    let code = reply.error();
    assert!(matches!(code.as_str(), "invalid_grant" | "invalid_request"), "{}", reply.body);
    reply.expect_error(400, &code);
}

#[tokio::test]
async fn a_wrong_verifier_is_an_invalid_grant() {
    let issued = issued().await;
    issued.exchange_with(|form| form[3].1 = random()).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn the_challenge_itself_is_no_verifier() {
    // What `plain` would have accepted.
    let issued = issued().await;
    let challenge = issued.request.parameter("code_challenge").to_owned();
    issued.exchange_with(|form| form[3].1 = challenge).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_verifier_outside_the_grammar_is_refused() {
    // RFC 7636 §4.1: 43 to 128 unreserved characters.
    for verifier in ["short".to_owned(), "a".repeat(129), format!("{}!", "a".repeat(50))] {
        let issued = issued().await;
        let reply = issued.exchange_with(|form| form[3].1 = verifier).await;
        let code = reply.error();
        assert!(matches!(code.as_str(), "invalid_grant" | "invalid_request"), "{}", reply.body);
        reply.expect_error(400, &code);
    }
}

#[tokio::test]
async fn a_public_client_exchanges_with_pkce_alone() {
    let issued = Issued::to(NewClient::public("spa")).await;
    issued.exchange_with(|form| form[3].1 = random()).await.expect_error(400, "invalid_grant");
    let issued = Issued::to(NewClient::public("spa")).await;
    issued.exchange().await.expect(200);
}

#[tokio::test]
async fn a_client_without_the_refresh_token_grant_gets_no_refresh_token() {
    let issued = Issued::to(NewClient::web("short").grants(&["authorization_code"])).await;
    assert_eq!(Tokens::of(&issued.exchange().await).refresh_token, None);
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let tokens = server.tokens_of("alice", &client, "openid notes:read").await;
    assert_eq!(tokens.refresh_token, None);
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let tokens = server.tokens_of("alice", &client, "notes:read").await;
    assert_eq!(tokens.id_token, None);
}
