//! The discovery documents (OpenID Connect Discovery §3, RFC 8414): complete, and equal to what is served.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::{Browser, NewClient, TestServer, Tokens};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

fn list<'a>(document: &'a Value, name: &str) -> BTreeSet<&'a str> {
    let list = document[name].as_array().unwrap_or_else(|| panic!("{name} is missing"));
    list.iter().map(|item| item.as_str().unwrap()).collect()
}

#[tokio::test]
async fn both_documents_name_the_issuer_and_every_endpoint() {
    let server = TestServer::start().await;
    for path in [OPENID, OAUTH] {
        let reply = server.get(path).await.expect(200);
        assert!(reply.header("content-type").unwrap().starts_with("application/json"));
        let document = reply.json();
        assert_eq!(document["issuer"], server.issuer.as_str());
        for (name, served) in [
            ("authorization_endpoint", "/o/authorize"),
            ("token_endpoint", "/o/token"),
            ("revocation_endpoint", "/o/revoke_token"),
            ("introspection_endpoint", "/o/introspect"),
            ("jwks_uri", "/.well-known/jwks.json"),
        ] {
            assert_eq!(document[name], server.url(served), "{path} {name}");
        }
    }
    let document = server.get(OPENID).await.json();
    assert_eq!(document["userinfo_endpoint"], server.url("/o/userinfo"));
}

#[tokio::test]
async fn every_endpoint_that_is_named_is_there() {
    let server = TestServer::start().await;
    for path in [OPENID, OAUTH] {
        let document = server.get(path).await.json();
        for (name, value) in document.as_object().unwrap() {
            if !(name.ends_with("_endpoint") || name == "jwks_uri") {
                continue;
            }
            let reply = server.http.get(value.as_str().unwrap()).send().await.unwrap();
            assert_ne!(reply.status(), 404, "{name} {value} does not exist");
        }
    }
}

#[tokio::test]
async fn what_is_listed_is_what_works() {
    let server = TestServer::start().await;
    let document = server.get(OPENID).await.json();
    assert_eq!(list(&document, "response_types_supported"), BTreeSet::from(["code"]));
    assert_eq!(list(&document, "response_modes_supported"), BTreeSet::from(["query", "form_post"]));
    assert_eq!(list(&document, "code_challenge_methods_supported"), BTreeSet::from(["S256"]));
    assert_eq!(list(&document, "subject_types_supported"), BTreeSet::from(["public"]));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(document["request_uri_parameter_supported"], false, "its default would be true");
    assert!(matches!(document["request_parameter_supported"], Value::Null | Value::Bool(false)));
    assert!(
        list(&document, "prompt_values_supported").is_superset(&BTreeSet::from(["none", "login", "consent"]))
    );
    assert!(
        list(&document, "claims_supported").is_superset(&BTreeSet::from(["sub", "iss", "name", "email"]))
    );

    let grants = BTreeSet::from(["authorization_code", "refresh_token", "client_credentials"]);
    assert_eq!(list(&document, "grant_types_supported"), grants);
    let client = server
        .register(NewClient::web("all").grants(&[
            "authorization_code",
            "refresh_token",
            "client_credentials",
        ]))
        .await;
    for grant in grants {
        let reply = server.token(&client, &[("grant_type", grant)]).await;
        assert_ne!(reply.error(), "unsupported_grant_type", "{grant}");
    }

    let methods = BTreeSet::from(["client_secret_basic", "client_secret_post", "none"]);
    assert_eq!(list(&document, "token_endpoint_auth_methods_supported"), methods);
    assert_eq!(list(&document, "revocation_endpoint_auth_methods_supported"), methods);
    let confidential = BTreeSet::from(["client_secret_basic", "client_secret_post"]);
    assert_eq!(list(&document, "introspection_endpoint_auth_methods_supported"), confidential);
}

#[tokio::test]
async fn every_listed_scope_is_granted_and_no_other() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let document = server.get(OPENID).await.json();
    let scopes = list(&document, "scopes_supported").into_iter().collect::<Vec<_>>().join(" ");
    for scope in ["openid", "profile", "email", "offline_access", "read", "write", "notes:read"] {
        assert!(scopes.split(' ').any(|listed| listed == scope), "{scope} is not in {scopes}");
    }
    let client = server.register(NewClient::web("all").scopes(&scopes)).await;
    let tokens = server.tokens_of("alice", &client, &scopes).await;
    assert_eq!(tokens.scopes(), tests::flow::sorted(&scopes));
}

#[tokio::test]
async fn the_listed_id_token_algorithm_is_the_one_in_use() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let document = server.get(OPENID).await.json();
    let tokens: Tokens = server.tokens_of("alice", &client, "openid").await;
    let used = tests::jwt::peek(tokens.id_token()).0["alg"].as_str().unwrap().to_owned();
    assert!(list(&document, "id_token_signing_alg_values_supported").contains(used.as_str()));
}

#[tokio::test]
async fn the_two_documents_do_not_contradict_each_other() {
    let server = TestServer::start().await;
    let (openid, oauth) = (server.get(OPENID).await.json(), server.get(OAUTH).await.json());
    for (name, value) in oauth.as_object().unwrap() {
        if let Some(other) = openid.get(name) {
            assert_eq!(value, other, "{name}");
        }
    }
}

#[tokio::test]
async fn the_documents_may_be_read_by_a_page_and_with_a_trailing_slash() {
    let server = TestServer::start().await;
    for path in [OPENID, OAUTH, "/.well-known/jwks.json"] {
        let reply = server.get(path).await.expect(200);
        assert!(reply.header("access-control-allow-origin").is_none_or(|origin| origin == "*"));
        assert_eq!(server.get(&format!("{path}/")).await.expect(200).json(), reply.json());
    }
}

#[tokio::test]
async fn the_documents_do_not_follow_the_host_header() {
    let server = TestServer::start().await;
    let request = server.http.get(server.url(OPENID)).header("host", "evil.example");
    let reply = tests::Reply::read(request.send().await.unwrap()).await;
    if reply.status == 200 {
        assert_eq!(reply.json()["issuer"], server.issuer.as_str());
        assert!(!reply.body.contains("evil.example"));
    }
    let mut browser = Browser::new();
    browser.extra_headers.push(("x-forwarded-host".to_owned(), "evil.example".to_owned()));
    let reply = browser.get(server.url(OPENID)).await.expect(200);
    assert!(!reply.body.contains("evil.example"));
}

#[tokio::test]
async fn it_is_alive_and_ready() {
    let server = TestServer::start().await;
    server.get("/healthz").await.expect(200);
    server.get("/readyz").await.expect(200);
}
