use serde_json::Value;

use crate::harness::{Server, header};

async fn document(server: &Server, path: &str) -> Value {
    let response = server.client().get(server.url(path)).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    assert!(header(&response, "content-type").starts_with("application/json"));
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
    assert_eq!(header(&response, "cache-control"), "public, max-age=300");
    response.json().await.unwrap()
}

#[tokio::test]
async fn every_address_in_the_documents_is_served() {
    let server = Server::start().await;
    let openid = document(&server, "/.well-known/openid-configuration").await;
    let oauth = document(&server, "/.well-known/oauth-authorization-server/").await;
    assert_eq!(openid["issuer"], server.issuer.as_str());
    for (name, value) in oauth.as_object().unwrap() {
        assert_eq!(&openid[name], value, "{name}");
    }
    let mut endpoints = 0;
    for (name, value) in openid.as_object().unwrap() {
        if name.ends_with("_endpoint") || name.ends_with("_uri") {
            endpoints += 1;
            let url = value.as_str().unwrap();
            let status = server.client().get(url).send().await.unwrap().status();
            assert_ne!(status, 404, "{name}");
        }
    }
    assert_eq!(endpoints, 6);
}

#[tokio::test]
async fn the_documents_say_what_the_server_does() {
    let server = Server::start().await;
    let openid = document(&server, "/.well-known/openid-configuration").await;
    let keys = document(&server, openid["jwks_uri"].as_str().unwrap()).await;
    let keys = keys["keys"].as_array().unwrap();
    for algorithm in openid["id_token_signing_alg_values_supported"].as_array().unwrap() {
        assert!(keys.iter().any(|key| key["alg"] == *algorithm), "{algorithm}");
    }
    for key in keys {
        assert!(key["kid"].is_string() && key["use"] == "sig");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
    }

    // Every response mode that is announced works, and one that is not is refused.
    for mode in ["query", "form_post", "fragment"] {
        let announced = openid["response_modes_supported"].as_array().unwrap().iter().any(|m| m == mode);
        let query = server.authorization_request(&[("response_mode", mode), ("prompt", "none")]);
        let answer = server.browser().get(&format!("/o/authorize?{query}")).await;
        let location = header(&answer, "location");
        let text = format!("{location} {}", answer.text().await.unwrap());
        assert_eq!(announced, text.contains("login_required"), "{mode}: {text}");
    }
    assert_eq!(openid["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(openid["response_types_supported"], serde_json::json!(["code"]));
    assert_eq!(openid["authorization_response_iss_parameter_supported"], true);

    // Every grant type that is announced is known to the token endpoint, and no other.
    let announced = openid["grant_types_supported"].as_array().unwrap();
    for grant in ["authorization_code", "refresh_token", "client_credentials", "password", "implicit"] {
        let basic = auth_core::client_authentication::basic_header("web", &server.client_secret);
        let request = server.client().post(openid["token_endpoint"].as_str().unwrap());
        let request = request.header("authorization", basic).form(&[("grant_type", grant)]);
        let body = request.send().await.unwrap().text().await.unwrap();
        let is_known = !body.contains("unsupported_grant_type");
        assert_eq!(announced.iter().any(|a| a == grant), is_known, "{grant}: {body}");
    }
}
