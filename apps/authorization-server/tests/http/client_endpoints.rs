use reqwest::header::{ALLOW, AUTHORIZATION, HeaderMap};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

use auth_core::client_authentication::basic_header;
use auth_core::secret::ClientSecret;

use crate::harness::{Server, header};

const ENDPOINTS: [&str; 3] = ["/o/token", "/o/revoke_token", "/o/introspect"];

fn never_stored(response: &Response) {
    assert_eq!(header(response, "cache-control"), "no-store");
    assert_eq!(header(response, "pragma"), "no-cache");
    assert_eq!(header(response, "x-content-type-options"), "nosniff");
    assert_eq!(header(response, "access-control-allow-origin"), "");
}

async fn refused(request: RequestBuilder, status: u16, code: &str) -> HeaderMap {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), status);
    assert!(header(&response, "content-type").starts_with("application/json"));
    never_stored(&response);
    let headers = response.headers().clone();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"], code, "{body}");
    assert!(body["error_description"].as_str().is_some_and(|text| !text.is_empty()));
    headers
}

fn own_token(server: &Server, path: &str) -> RequestBuilder {
    let basic = basic_header("web", &server.client_secret);
    server.client().post(server.url(path)).header(AUTHORIZATION, basic)
}

#[tokio::test]
async fn a_token_answer_is_never_stored() {
    let server = Server::start().await;
    for path in ["/o/token", "/o/token/"] {
        let form = [("grant_type", "client_credentials"), ("scope", "read")];
        let response = own_token(&server, path).form(&form).send().await.unwrap();
        assert_eq!(response.status(), 200);
        never_stored(&response);
        let tokens: Value = response.json().await.unwrap();
        assert_eq!(tokens["token_type"], "Bearer");

        let token = [("token", tokens["access_token"].as_str().unwrap())];
        let about = own_token(&server, "/o/introspect").form(&token).send().await.unwrap();
        never_stored(&about);
        assert_eq!(about.json::<Value>().await.unwrap()["active"], true);
        let revoked = own_token(&server, "/o/revoke_token/").form(&token).send().await.unwrap();
        assert_eq!(revoked.status(), 200);
        never_stored(&revoked);
        assert_eq!(revoked.text().await.unwrap(), "");
    }
}

#[tokio::test]
async fn only_forms_in_the_body_without_repetition_are_read() {
    let server = Server::start().await;
    for path in ENDPOINTS {
        let post = || own_token(&server, path);
        refused(post().json(&["grant_type"]), 415, "invalid_request").await;
        refused(post(), 415, "invalid_request").await;
        let in_query = server.client().post(server.url(&format!("{path}?grant_type=client_credentials")));
        refused(in_query.form(&[("token", "x")]), 400, "invalid_request").await;
        let twice =
            [("grant_type", "client_credentials"), ("grant_type", "client_credentials"), ("token", "a")];
        refused(post().form(&twice), 400, "invalid_request").await;
        let form = "application/x-www-form-urlencoded";
        let malformed = post().header("content-type", form);
        refused(malformed.body("token=%zz"), 400, "invalid_request").await;
        let large = post().header("content-type", form);
        refused(large.body(format!("token={}", "a".repeat(70 * 1024))), 413, "invalid_request").await;
    }
}

#[tokio::test]
async fn another_method_is_told_which_one_is_taken() {
    let server = Server::start().await;
    for path in ENDPOINTS {
        for method in [Method::GET, Method::PUT, Method::OPTIONS] {
            let request = server.client().request(method, server.url(path));
            let headers = refused(request, 405, "invalid_request").await;
            assert_eq!(headers.get(ALLOW).unwrap(), "POST");
        }
    }
}

#[tokio::test]
async fn a_client_that_tried_basic_is_challenged_for_basic() {
    let server = Server::start().await;
    for path in ENDPOINTS {
        let form = [("grant_type", "client_credentials"), ("token", "x")];
        let wrong = basic_header("web", &ClientSecret::new("wrong"));
        for value in [wrong.as_str(), "Basic", "Basic %%%", "Bearer x"] {
            let request = server.client().post(server.url(path)).header(AUTHORIZATION, value).form(&form);
            let headers = refused(request, 401, "invalid_client").await;
            assert!(headers["www-authenticate"].to_str().unwrap().starts_with("Basic realm="), "{value}");
        }
        let in_form = [("client_id", "web"), ("client_secret", "wrong"), ("token", "x")];
        let headers =
            refused(server.client().post(server.url(path)).form(&in_form), 401, "invalid_client").await;
        assert!(!headers.contains_key("www-authenticate"));
    }
}

#[tokio::test]
async fn guesses_are_slowed_down_but_not_those_of_others() {
    let server = Server::start_with(|settings| settings.token_requests_per_minute = 100).await;
    let guess = |n: usize| {
        let basic = basic_header("web", &ClientSecret::new(format!("guess {n}")));
        server
            .client()
            .post(server.url("/o/token"))
            .header(AUTHORIZATION, basic)
            .form(&[("grant_type", "client_credentials")])
    };
    let mut statuses = Vec::new();
    for n in 0..4 {
        statuses.push(guess(n).send().await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [401, 401, 429, 429]);
    let headers = refused(guess(9), 429, "temporarily_unavailable").await;
    let wait: u64 = headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait));
    let other = basic_header("other", &ClientSecret::new("x"));
    let other = server.client().post(server.url("/o/token")).header(AUTHORIZATION, other);
    refused(other.form(&[("grant_type", "client_credentials")]), 401, "invalid_client").await;
}

#[tokio::test]
async fn userinfo_challenges_to_the_letter() {
    let server = Server::start().await;
    let form = [("grant_type", "client_credentials"), ("scope", "read")];
    let tokens: Value =
        own_token(&server, "/o/token").form(&form).send().await.unwrap().json().await.unwrap();
    let machine = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    for (value, status, challenge) in [
        (None, 401, "Bearer realm=\"userinfo\""),
        (Some("Bearer nonsense"), 401, "error=\"invalid_token\""),
        (Some("Bearer a b"), 400, "error=\"invalid_request\""),
        (Some(machine.as_str()), 403, "error=\"insufficient_scope\""),
    ] {
        for method in [Method::GET, Method::POST] {
            let mut request = server.client().request(method, server.url("/o/userinfo"));
            if let Some(value) = value {
                request = request.header(AUTHORIZATION, value);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{value:?}");
            never_stored(&response);
            let given = header(&response, "www-authenticate");
            assert!(given.starts_with("Bearer ") && given.contains(challenge), "{given}");
            assert_eq!(value.is_none(), !given.contains("error"), "{given}");
        }
    }
    // In the body as well (RFC 6750 §2.2), but not in both places, and never in the address.
    let url = server.url("/o/userinfo");
    let in_form = [("access_token", tokens["access_token"].as_str().unwrap())];
    assert_eq!(server.client().post(&url).form(&in_form).send().await.unwrap().status(), 403);
    let both = server.client().post(&url).header(AUTHORIZATION, &machine).form(&in_form);
    assert_eq!(both.send().await.unwrap().status(), 400);
    let in_query = format!("{url}?access_token={}", in_form[0].1);
    assert_eq!(server.client().get(in_query).send().await.unwrap().status(), 401);
}
