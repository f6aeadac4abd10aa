//! The consent page: what it shows, what it asks, what it remembers. The request itself stays on the
//! server: the form carries a handle, and nothing that the browser could change.

use tests::{Authorized, Browser, Client, NewClient, Reply, TestServer, Tokens, flow::sorted};

async fn consent_page(scope: &str) -> (TestServer, Client, Browser, tests::AuthorizationRequest, Reply) {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.register(NewClient::web("Mary's <Notes>")).await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let request = server.request(&client, scope);
    let page = browser.authorize(&request).await.expect(200);
    (server, client, browser, request, page)
}

#[tokio::test]
async fn it_shows_client_host_user_and_every_scope_with_its_description() {
    let (_server, _, _, _, reply) = consent_page("openid profile notes:read notes:write").await;
    let page = reply.page();
    let text = page.text();
    assert!(text.contains("Mary's <Notes>"), "the client's name: {text}");
    assert!(!reply.body.contains("<Notes>"), "escaped");
    assert!(text.contains("client.example"), "the host of the redirect URI: {text}");
    assert!(text.contains("Alice Example") || text.contains("alice"), "who is signed in: {text}");
    assert!(text.contains("Read your notes") && text.contains("Write and delete your notes"), "{text}");
    page.by_id("not-you").expect("a way to another account");
    page.by_id("scope-notes:read").expect("a box for an optional scope");
    let buttons: Vec<_> =
        page.all("button").iter().filter_map(|button| button.attribute("id").map(str::to_owned)).collect();
    let of_form: Vec<_> = buttons.iter().filter(|id| ["allow", "deny"].contains(&id.as_str())).collect();
    assert_eq!(of_form, ["allow", "deny"], "Allow comes first, as the key Enter presses it");
}

#[tokio::test]
async fn the_form_carries_nothing_but_a_token_a_handle_and_the_boxes() {
    let (_server, client, _, request, reply) = consent_page("openid notes:read").await;
    let form = reply.page().form();
    let mut names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    assert!(names.iter().all(|name| ["csrf_token", "request", "scope"].contains(name)), "{names:?}");
    for secret in [request.parameter("state"), request.parameter("code_challenge"), &client.redirect_uri] {
        assert!(!reply.body.contains(secret), "the request stays on the server");
    }
}

#[tokio::test]
async fn an_unticked_scope_is_not_granted() {
    let (server, client, mut browser, request, page) = consent_page("openid notes:read notes:write").await;
    let form = page.page().form().untick("scope", "notes:write").press("allow");
    let authorized = Authorized::of(&browser.submit(&page, form).await);
    let tokens = Tokens::of(&server.exchange(&client, authorized.code(), &request.verifier).await);
    // RFC 6749 §5.1: the answer says what was granted, if it is not what was asked for.
    assert_eq!(tokens.scopes(), ["notes:read", "openid"]);
    let claims = server.verified(&tokens.access_token).await;
    assert_eq!(sorted(claims["scope"].as_str().unwrap()), ["notes:read", "openid"]);
}

#[tokio::test]
async fn a_scope_that_was_not_asked_for_cannot_be_ticked_by_the_browser() {
    let (server, client, mut browser, request, page) = consent_page("openid notes:read").await;
    let form = page.page().form().inject("scope", "notes:write").press("allow");
    let reply = browser.submit(&page, form).await;
    if reply.status == 303 {
        let authorized = Authorized::of(&reply);
        let tokens = Tokens::of(&server.exchange(&client, authorized.code(), &request.verifier).await);
        assert!(!tokens.scope.contains("notes:write"), "widened to {}", tokens.scope);
    } else {
        assert_eq!(reply.status, 400);
    }
}

#[tokio::test]
async fn parameters_injected_into_the_form_change_nothing() {
    let (server, client, mut browser, request, page) = consent_page("openid notes:read").await;
    let form = page.page().form().inject("redirect_uri", "https://evil.example/").inject("client_id", "evil");
    let reply = browser.submit(&page, form.inject("state", "evil").press("allow")).await;
    if reply.status == 303 {
        let authorized = Authorized::of(&reply);
        assert_eq!(authorized.redirect_uri, client.redirect_uri);
        assert_eq!(authorized.parameters["state"], request.parameter("state"));
        server.exchange(&client, authorized.code(), &request.verifier).await.expect(200);
    } else {
        assert_eq!(reply.status, 400);
    }
}

#[tokio::test]
async fn deny_tells_the_client_access_denied() {
    let (server, _, mut browser, request, page) = consent_page("openid notes:read").await;
    let reply = browser.deny(&page).await;
    assert_eq!(reply.status, 303);
    Authorized::of(&reply).expect_error(&server, &request, "access_denied");
    // Nothing was remembered: the next request asks again.
    browser.authorize(&request).await.expect(200).page().by_id("allow").expect("the consent page");
}

#[tokio::test]
async fn a_decision_without_a_button_is_no_consent() {
    let (_server, _, mut browser, _, page) = consent_page("openid notes:read").await;
    let reply = browser.submit(&page, page.page().form()).await;
    assert!(!reply.header("location").unwrap_or_default().contains("code="), "{:?}", reply.headers);
}

#[tokio::test]
async fn a_decision_is_taken_once() {
    let (_server, _, mut browser, _, page) = consent_page("openid notes:read").await;
    Authorized::of(&browser.allow(&page).await).code();
    // The same form again: from the history, or by a second click.
    let again = browser.allow(&page).await;
    again.expect_error_page(400);
    let denied = browser.deny(&page).await;
    denied.expect_error_page(400);
}

#[tokio::test]
async fn twenty_clicks_on_allow_make_one_code() {
    let (_server, _, browser, _, page) = consent_page("openid notes:read").await;
    let clicks = (0..20).map(|_| {
        let (mut browser, page) = (browser.clone(), page.clone());
        tokio::spawn(async move { browser.allow(&page).await })
    });
    let replies = futures::future::join_all(clicks).await;
    let redirected = replies.iter().filter(|reply| reply.as_ref().unwrap().status == 303).count();
    assert_eq!(redirected, 1);
}

#[tokio::test]
async fn a_handle_of_another_users_request_is_refused() {
    let (server, _, _, _, alices) = consent_page("openid notes:read").await;
    server.user("bob").await;
    let client = server.client("other").await;
    let mut bob = Browser::new();
    bob.sign_in(&server, "bob").await;
    let bobs = bob.authorize(&server.request(&client, "openid notes:read")).await.expect(200);
    let handle = alices.page().form().field("request").unwrap().to_owned();
    let form = bobs.page().form().set("request", &handle).press("allow");
    let reply = bob.submit(&bobs, form).await;
    assert!(matches!(reply.status.as_u16(), 400 | 403), "{}", reply.status);
    reply.clone().expect_error_page(reply.status.as_u16());
    // And opening the page by its handle shows him nothing of it.
    let shown = bob.open(server.url(&format!("/o/authorize?request={handle}"))).await;
    assert!(!shown.page().text().contains("Mary's"), "{}", shown.page().text());
}

#[tokio::test]
async fn an_unknown_handle_is_refused() {
    let (_server, _, mut browser, _, page) = consent_page("openid").await;
    let form = page.page().form().set("request", &"A".repeat(43)).press("allow");
    browser.submit(&page, form).await.expect_error_page(400);
}

#[tokio::test]
async fn a_request_does_not_wait_for_its_decision_for_ever() {
    let (server, _, mut browser, _, page) = consent_page("openid").await;
    server.advance(2 * 60 * 60);
    browser.allow(&page).await.expect_error_page(400);
}

#[tokio::test]
async fn a_consent_is_remembered_per_client_and_scopes() {
    let (server, client, mut browser, _, page) = consent_page("openid notes:read").await;
    Authorized::of(&browser.allow(&page).await).code();
    // The same again, and less of it: no page.
    for scope in ["openid notes:read", "openid"] {
        let reply = browser.authorize(&server.request(&client, scope)).await;
        Authorized::of(&reply).code();
    }
    // More than that: the page.
    let more = browser.authorize(&server.request(&client, "openid notes:read notes:write")).await;
    more.expect(200).page().by_id("allow").expect("the consent page");
    // Another client: the page.
    let other = server.client("other").await;
    browser.authorize(&server.request(&other, "openid notes:read")).await.expect(200);
}

#[tokio::test]
async fn a_consent_is_remembered_per_user() {
    let (server, client, mut browser, _, page) = consent_page("openid notes:read").await;
    Authorized::of(&browser.allow(&page).await).code();
    server.user("bob").await;
    let mut bob = Browser::new();
    bob.sign_in(&server, "bob").await;
    bob.authorize(&server.request(&client, "openid notes:read")).await.expect(200);
}

#[tokio::test]
async fn a_scope_that_was_unticked_is_not_remembered_as_granted() {
    let (server, client, mut browser, _, page) = consent_page("openid notes:read notes:write").await;
    let form = page.page().form().untick("scope", "notes:write").press("allow");
    Authorized::of(&browser.submit(&page, form).await).code();
    let again = browser.authorize(&server.request(&client, "openid notes:read notes:write")).await;
    again.expect(200).page().by_id("allow").expect("the consent page asks for what is new");
}

#[tokio::test]
async fn a_public_client_on_loopback_is_always_asked_for() {
    // RFC 8252 §8.6: anybody can be the app behind a loopback address.
    let (server, _, mut browser, _, _) = consent_page("openid").await;
    let native = NewClient::public("native").redirect_uris(&["http://127.0.0.1/cb"]);
    let mut client = server.register(native).await;
    client.redirect_uri = "http://127.0.0.1:61234/cb".to_owned();
    let page = browser.authorize(&server.request(&client, "openid")).await.expect(200);
    Authorized::of(&browser.allow(&page).await).code();
    let again = browser.authorize(&server.request(&client, "openid")).await;
    assert_eq!(again.status, 200, "asked again");
}

#[tokio::test]
async fn not_you_leads_to_another_account_and_back_to_the_same_request() {
    let (server, client, mut browser, request, page) = consent_page("openid profile notes:read").await;
    server.user("bob").await;
    let login = browser.click(&page, "not-you").await.expect(200);
    let answer = browser.fill_in_login(&login, "bob", "open-sesame-bob").await.expect(303);
    let consent = browser.follow(answer).await.expect(200);
    assert!(consent.page().text().to_lowercase().contains("bob"), "{}", consent.page().text());
    let authorized = Authorized::of(&browser.allow(&consent).await);
    assert_eq!(authorized.parameters["state"], request.parameter("state"));
    let tokens = Tokens::of(&server.exchange(&client, authorized.code(), &request.verifier).await);
    assert_eq!(server.userinfo(&tokens.access_token).await.expect(200).json()["name"], "Bob Example");
}

#[tokio::test]
async fn a_foreign_link_like_not_you_signs_nobody_out() {
    let (server, client, mut browser, _, page) = consent_page("openid notes:read").await;
    let handle = page.page().form().field("request").unwrap().to_owned();
    for handle in [handle.as_str(), "unknown"] {
        let link = server.url(&format!("/accounts/logout?request={handle}"));
        browser.get_cross_site(link).await.expect(200).page().by_id("sign-out").expect("a question first");
    }
    let reply = browser.authorize(&server.request(&client, "openid")).await.expect(200);
    reply.page().by_id("allow").expect("still signed in");
}

#[tokio::test]
async fn a_client_that_skips_authorization_shows_no_page() {
    let (server, _, mut browser, _, _) = consent_page("openid").await;
    let client = server.register(NewClient::web("own").skip_authorization()).await;
    let request = server.request(&client, "openid notes:read");
    let authorized = Authorized::of(&browser.authorize(&request).await);
    server.exchange(&client, authorized.code(), &request.verifier).await.expect(200);
}

#[tokio::test]
async fn the_csp_lets_the_form_follow_its_redirect_to_the_client() {
    // Chromium applies form-action to the redirect after Allow.
    let (_server, _, _, _, page) = consent_page("openid").await;
    let policy = page.header("content-security-policy").unwrap();
    let form_action = policy.split(';').find(|part| part.trim().starts_with("form-action")).unwrap();
    assert!(
        form_action.contains("'self'") && form_action.contains("https://client.example"),
        "{form_action}"
    );
}
