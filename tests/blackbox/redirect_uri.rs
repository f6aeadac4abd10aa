//! Exact comparison of redirect URIs (RFC 9700 §4.1.3): nothing is normalised, nothing is a prefix, and
//! a refused one gets a page, never a Location.

use tests::{Authorized, Browser, NewClient, TestServer};

const REGISTERED: &str = "https://client.example/callback";

/// Everything here resembles the registered URI to some parser.
const EVIL: [&str; 43] = [
    "https://evil.example/callback",
    "https://client.example.evil.example/callback",
    "https://evil.example/https://client.example/callback",
    "https://client.example@evil.example/callback",
    "https://client.example:443@evil.example/callback",
    "https://a@b@evil.example/callback",
    "https://user@client.example/callback",
    "https://client.example\\@evil.example/callback",
    "https://client.example%2f%2f@evil.example/callback",
    "https://client.example%00.evil.example/callback",
    "https://evil.example?https://client.example/callback",
    "https://evil.example#https://client.example/callback",
    "https://client.example/callback/",
    "https://client.example/callback/../open",
    "https://client.example/callback/..;/open",
    "https://client.example/callback;x=y",
    "https://client.example/callback%2f..%2fopen",
    "https://client.example/callback?next=https://evil.example",
    "https://client.example/callback?",
    "https://client.example/callback#fragment",
    "https://client.example/callback#",
    "https://client.example/callbackextra",
    "https://client.example/call",
    "https://client.example/",
    "https://client.example",
    "https://client.example/%63allback",
    "https://client.example/./callback",
    "https://client.example//callback",
    "https://client.example/CALLBACK",
    "https://CLIENT.example/callback",
    "HTTPS://client.example/callback",
    "http://client.example/callback",
    "https://client.example:443/callback",
    "https://client.example:8443/callback",
    "https://client.example./callback",
    "https://sub.client.example/callback",
    "https://clientXexample/callback",
    " https://client.example/callback",
    "https://client.example/callback ",
    "https://client.example/call\tback",
    "https://client.example/callback\n",
    "https://client。example/callback",
    "//client.example/callback",
];

#[tokio::test]
async fn nothing_but_the_registered_uri_itself_matches() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    for evil in
        EVIL.into_iter().chain(["javascript:alert(1)", "data:text/html,x", "https:client.example/callback"])
    {
        let request = server.request(&client, "openid").set("redirect_uri", evil);
        let reply = browser.get(request.url()).await;
        assert_eq!(reply.status, 400, "{evil:?} was accepted");
        assert!(reply.header("location").is_none(), "{evil:?} got a Location");
        assert!(!reply.page().has_form(), "{evil:?} got a form");
    }
    let request = server.request(&client, "openid").set("redirect_uri", REGISTERED);
    browser.authorize(&request).await.expect(200).page().by_id("allow").expect("the consent page");
}

#[tokio::test]
async fn an_omitted_redirect_uri_means_the_only_registered_one() {
    // RFC 6749 §3.1.2.3
    let server = TestServer::start().await;
    let client = server.client("notes").await;
    let request = server.request(&client, "unknown").without("redirect_uri");
    let authorized = Authorized::of(&Browser::new().get(request.url()).await);
    assert_eq!(authorized.redirect_uri, REGISTERED);
}

#[tokio::test]
async fn a_redirect_uri_cannot_be_omitted_when_two_are_registered() {
    let server = TestServer::start().await;
    let two = NewClient::web("two").redirect_uris(&[REGISTERED, "https://client.example/other"]);
    let client = server.register(two).await;
    let request = server.request(&client, "openid").without("redirect_uri");
    Browser::new().get(request.url()).await.expect_error_page(400);
    let request = server.request(&client, "unknown").set("redirect_uri", "https://client.example/other");
    let authorized = Authorized::of(&Browser::new().get(request.url()).await);
    assert_eq!(authorized.redirect_uri, "https://client.example/other");
}

#[tokio::test]
async fn a_registered_query_is_kept_and_compared() {
    let server = TestServer::start().await;
    let registered = "https://client.example/callback?tenant=a";
    let client = server.register(NewClient::web("tenant").redirect_uris(&[registered])).await;
    let mut browser = Browser::new();
    let reply = browser.get(server.request(&client, "unknown").url()).await;
    let location = reply.location().unwrap();
    assert!(location.query().unwrap().starts_with("tenant=a&"), "{location}");
    let request = server.request(&client, "unknown").set("redirect_uri", REGISTERED);
    browser.get(request.url()).await.expect_error_page(400);
}

/// Which of a client's own URIs take another port (RFC 8252 §7.3): literal loopback addresses of public
/// clients, and nothing else.
#[tokio::test]
async fn only_a_loopback_literal_of_a_public_client_takes_any_port() {
    let server = TestServer::start().await;
    let loopback = ["http://127.0.0.1:5000/cb", "http://[::1]:5000/cb", "http://localhost:5000/cb"];
    let public = server.register(NewClient::public("native").redirect_uris(&loopback)).await;
    let confidential = server.register(NewClient::web("web").redirect_uris(&loopback)).await;
    let mut browser = Browser::new();
    for (client, uri, accepted) in [
        (&public, "http://127.0.0.1:61234/cb", true),
        (&public, "http://127.0.0.1/cb", true),
        (&public, "http://[::1]:61234/cb", true),
        (&public, "http://localhost:61234/cb", false),
        (&public, "http://localhost:5000/cb", true),
        (&public, "http://127.0.0.2:5000/cb", false),
        (&public, "http://127.0.0.1:61234/other", false),
        (&public, "https://127.0.0.1:61234/cb", false),
        (&public, "http://127.0.0.1:61234/cb?x=y", false),
        (&public, "http://127.0.0.1:61234@evil.example/cb", false),
        (&public, "http://127.0.0.1.evil.example:61234/cb", false),
        (&public, "http://2130706433:61234/cb", false),
        (&public, "http://127.0.0.1:99999/cb", false),
        (&confidential, "http://127.0.0.1:61234/cb", false),
        (&confidential, "http://127.0.0.1:5000/cb", true),
    ] {
        let request = server.request(client, "unknown").set("redirect_uri", uri);
        let reply = browser.get(request.url()).await;
        let location = reply.header("location");
        assert_eq!(location.is_some(), accepted, "{} {uri}: {location:?}", client.client_id);
        if let Some(location) = location {
            assert!(location.starts_with(&format!("{uri}?")), "sent to {location}, not to {uri}");
        }
    }
}

#[tokio::test]
async fn the_code_goes_to_the_port_that_the_native_app_listens_on() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let native = NewClient::public("native").redirect_uris(&["http://127.0.0.1/cb"]);
    let mut client = server.register(native).await;
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    client.redirect_uri = "http://127.0.0.1:61234/cb".to_owned();
    let request = server.request(&client, "openid");
    let authorized = server.authorized(&mut browser, &request).await;
    assert_eq!(authorized.redirect_uri, "http://127.0.0.1:61234/cb");
    server.exchange(&client, authorized.code(), &request.verifier).await.expect(200);
}

#[tokio::test]
async fn a_redirect_uri_that_no_client_should_have_cannot_be_registered() {
    let server = TestServer::start().await;
    for (public, uri) in [
        (false, "http://client.example/callback"),
        (false, "https://client.example/callback#fragment"),
        (false, "https://user@client.example/callback"),
        (false, "https://*.client.example/callback"),
        (false, "/callback"),
        (false, "javascript:alert(1)"),
        (true, "data:text/html,x"),
        (true, "myapp:/callback"),
        (false, "com.example.app:/callback"),
    ] {
        let base = if public { NewClient::public("bad") } else { NewClient::web("bad") };
        let refused = server.try_register(base.redirect_uris(&[uri])).await;
        assert!(refused.is_err(), "{uri:?} was registered");
    }
    server.register(NewClient::public("good").redirect_uris(&["com.example.app:/callback"])).await;
}
