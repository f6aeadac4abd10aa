//! The authorization code flow, step by step, as a client goes through it.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    browser::Browser,
    client::Client,
    http::{Reply, form_encode, query_of},
    server::TestServer,
};

/// 256 random bits in base64url.
pub fn random() -> String {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    bytes[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

// ANCHOR: s256
/// RFC 7636 §4.2: `BASE64URL(SHA256(ASCII(code_verifier)))`.
pub fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}
// ANCHOR_END: s256

/// The members of a space-separated list, in alphabetical order: RFC 6749 §3.3 gives them none.
pub fn sorted(list: &str) -> Vec<&str> {
    let mut members: Vec<_> = list.split(' ').filter(|member| !member.is_empty()).collect();
    members.sort_unstable();
    members
}

/// An authorization request, right in every parameter until a test bends one.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    endpoint: String,
    pub parameters: Vec<(String, String)>,
    pub verifier: String,
}

impl AuthorizationRequest {
    pub fn new(server: &TestServer, client: &Client, scope: &str) -> AuthorizationRequest {
        let verifier = random();
        let parameters = [
            ("response_type", "code".to_owned()),
            ("client_id", client.client_id.clone()),
            ("redirect_uri", client.redirect_uri.clone()),
            ("scope", scope.to_owned()),
            ("state", random()),
            ("nonce", random()),
            ("code_challenge", s256(&verifier)),
            ("code_challenge_method", "S256".to_owned()),
        ];
        AuthorizationRequest {
            endpoint: server.url("/o/authorize"),
            parameters: parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            verifier,
        }
    }

    /// Replaces a parameter, or adds it.
    pub fn set(mut self, name: &str, value: &str) -> AuthorizationRequest {
        self = self.without(name);
        self.add(name, value)
    }

    /// Adds a parameter, even if it is there already.
    pub fn add(mut self, name: &str, value: &str) -> AuthorizationRequest {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> AuthorizationRequest {
        self.parameters.retain(|(parameter, _)| parameter != name);
        self
    }

    pub fn parameter(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(parameter, _)| parameter == name);
        &found.unwrap_or_else(|| panic!("the request has no {name}")).1
    }

    pub fn redirect_uri(&self) -> Option<&str> {
        let found = self.parameters.iter().find(|(name, _)| name == "redirect_uri");
        found.map(|(_, value)| value.as_str())
    }

    pub fn url(&self) -> String {
        format!("{}?{}", self.endpoint, form_encode(&self.parameters))
    }
}

/// An authorization response as the client's redirect URI receives it.
#[derive(Debug, Clone)]
pub struct Authorized {
    /// Without its query.
    pub redirect_uri: String,
    pub parameters: BTreeMap<String, String>,
}

impl Authorized {
    /// Reads the redirect back to the client. It is a 303 after a form and never a 307, which would
    /// send the form on (RFC 9700 §4.12).
    #[track_caller]
    pub fn of(reply: &Reply) -> Authorized {
        assert!(
            matches!(reply.status.as_u16(), 302 | 303),
            "no redirect to the client but {}: {}",
            reply.status,
            reply.page().text()
        );
        let mut url = reply.location().expect("a redirect has a Location");
        let parameters = query_of(&url);
        assert_eq!(url.fragment(), None, "nothing travels in the fragment");
        url.set_query(None);
        Authorized { redirect_uri: url.into(), parameters }
    }

    #[track_caller]
    pub fn code(&self) -> &str {
        self.parameters.get("code").unwrap_or_else(|| panic!("no code but {:?}", self.parameters))
    }

    /// Asserts an error response (RFC 6749 §4.1.2.1) that carries `state` and `iss` (RFC 9207 §2).
    #[track_caller]
    pub fn expect_error(&self, server: &TestServer, request: &AuthorizationRequest, code: &str) {
        assert_eq!(self.parameters.get("error").map(String::as_str), Some(code), "{:?}", self.parameters);
        assert!(!self.parameters.contains_key("code"), "an error response has no code");
        assert_eq!(self.parameters["iss"], server.issuer, "RFC 9207: errors carry iss too");
        let state = request.parameters.iter().find(|(name, _)| name == "state");
        assert_eq!(self.parameters.get("state"), state.map(|(_, value)| value));
    }
}

/// A token answer (RFC 6749 §5.1).
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
    pub scope: String,
    pub expires_in: u64,
    pub body: Value,
}

impl Tokens {
    #[track_caller]
    pub fn of(reply: &Reply) -> Tokens {
        let reply = reply.clone().expect(200);
        let body = reply.json();
        // RFC 6749 §5.1: token answers are JSON and no cache keeps them.
        assert!(reply.header("content-type").unwrap().starts_with("application/json"));
        assert!(reply.header("cache-control").unwrap().contains("no-store"));
        assert_eq!(body["token_type"].as_str().map(str::to_ascii_lowercase).as_deref(), Some("bearer"));
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        Tokens {
            access_token: text("access_token").unwrap(),
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
            scope: text("scope").unwrap_or_default(),
            expires_in: body["expires_in"].as_u64().unwrap(),
            body,
        }
    }

    /// The granted scopes in alphabetical order.
    pub fn scopes(&self) -> Vec<&str> {
        sorted(&self.scope)
    }

    #[track_caller]
    pub fn refresh(&self) -> &str {
        self.refresh_token.as_deref().expect("a refresh token")
    }

    #[track_caller]
    pub fn id_token(&self) -> &str {
        self.id_token.as_deref().expect("an ID token")
    }
}

impl TestServer {
    pub fn request(&self, client: &Client, scope: &str) -> AuthorizationRequest {
        AuthorizationRequest::new(self, client, scope)
    }

    /// A signed-in user goes to the client's request and allows it (or has allowed it before).
    pub async fn authorized(&self, browser: &mut Browser, request: &AuthorizationRequest) -> Authorized {
        let reply = browser.authorize(request).await;
        if reply.status != 200 {
            return Authorized::of(&reply);
        }
        let answer = browser.allow(&reply).await;
        assert_eq!(answer.status, 303, "after a form comes a 303: {}", answer.page().text());
        Authorized::of(&answer)
    }

    /// The whole flow of a signed-in user.
    pub async fn code_flow(&self, browser: &mut Browser, client: &Client, scope: &str) -> Tokens {
        let request = self.request(client, scope);
        let authorized = self.authorized(browser, &request).await;
        assert_eq!(authorized.parameters.get("state").map(String::as_str), Some(request.parameter("state")));
        Tokens::of(&self.exchange(client, authorized.code(), &request.verifier).await)
    }

    /// A user of that name signs in with a browser of their own and goes through the whole flow.
    pub async fn tokens_of(&self, username: &str, client: &Client, scope: &str) -> Tokens {
        let mut browser = Browser::new();
        browser.sign_in(self, username).await;
        self.code_flow(&mut browser, client, scope).await
    }

    pub async fn exchange(&self, client: &Client, code: &str, verifier: &str) -> Reply {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &client.redirect_uri),
            ("code_verifier", verifier),
        ];
        self.token(client, &form).await
    }

    pub async fn refresh(&self, client: &Client, refresh_token: &str) -> Reply {
        self.token(client, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    pub async fn client_credentials(&self, client: &Client, scope: &str) -> Reply {
        let mut form = vec![("grant_type", "client_credentials")];
        if !scope.is_empty() {
            form.push(("scope", scope));
        }
        self.token(client, &form).await
    }

    pub async fn token(&self, client: &Client, form: &[(&str, &str)]) -> Reply {
        self.post_as(client, "/o/token", form).await
    }

    pub async fn revoke(&self, client: &Client, token: &str) -> Reply {
        self.post_as(client, "/o/revoke_token", &[("token", token)]).await
    }

    pub async fn introspect(&self, client: &Client, token: &str) -> Reply {
        self.post_as(client, "/o/introspect", &[("token", token)]).await
    }

    /// Whether the server calls a token active, asked by a client that may know.
    pub async fn is_active(&self, client: &Client, token: &str) -> bool {
        self.introspect(client, token).await.expect(200).json()["active"].as_bool().unwrap()
    }

    /// A form to an endpoint of clients, authenticated the way the client registered.
    pub async fn post_as(&self, client: &Client, path: &str, form: &[(&str, &str)]) -> Reply {
        let mut form: Vec<(String, String)> =
            form.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let request = client.authenticate(self.http.post(self.url(path)), &mut form);
        let request =
            request.header("content-type", "application/x-www-form-urlencoded").body(form_encode(&form));
        Reply::read(request.send().await.unwrap()).await
    }

    pub async fn userinfo(&self, access_token: &str) -> Reply {
        let request = self.http.get(self.url("/o/userinfo")).bearer_auth(access_token);
        Reply::read(request.send().await.unwrap()).await
    }
}
