//! Clients as the tests know them: what they registered, and how they authenticate.

use reqwest::RequestBuilder;

/// A registration, made with `TestServer::register`.
#[derive(Debug, Clone)]
pub struct NewClient {
    pub name: String,
    pub client_id: Option<String>,
    pub public: bool,
    /// The registered `token_endpoint_auth_method`.
    pub method: &'static str,
    pub grant_types: Vec<&'static str>,
    pub redirect_uris: Vec<String>,
    /// Space-separated.
    pub scopes: String,
    pub audiences: Vec<String>,
    pub resource_server: Vec<String>,
    pub skip_authorization: bool,
    /// A secret of the test's choice instead of a generated one.
    pub secret: Option<String>,
}

pub const CALLBACK: &str = "https://client.example/callback";
pub const ALL_SCOPES: &str = "openid profile email offline_access notes:read notes:write";

impl NewClient {
    /// A confidential web application with the authorization code and refresh token grants.
    pub fn web(name: &str) -> NewClient {
        NewClient {
            name: name.to_owned(),
            client_id: None,
            public: false,
            method: "client_secret_basic",
            grant_types: vec!["authorization_code", "refresh_token"],
            redirect_uris: vec![CALLBACK.to_owned()],
            scopes: ALL_SCOPES.to_owned(),
            audiences: Vec::new(),
            resource_server: Vec::new(),
            skip_authorization: false,
            secret: None,
        }
    }

    /// A public client: no secret, PKCE alone ties the code to it.
    pub fn public(name: &str) -> NewClient {
        NewClient { public: true, method: "none", ..NewClient::web(name) }
    }

    /// A machine.
    pub fn machine(name: &str, scopes: &str) -> NewClient {
        NewClient {
            grant_types: vec!["client_credentials"],
            redirect_uris: Vec::new(),
            scopes: scopes.to_owned(),
            ..NewClient::web(name)
        }
    }

    /// A resource server that introspects the tokens meant for it.
    pub fn resource_server(name: &str, resource: &str) -> NewClient {
        NewClient { resource_server: vec![resource.to_owned()], ..NewClient::machine(name, "") }
    }

    pub fn method(mut self, method: &'static str) -> NewClient {
        self.method = method;
        self
    }

    pub fn redirect_uris(mut self, uris: &[&str]) -> NewClient {
        self.redirect_uris = uris.iter().map(|&uri| uri.to_owned()).collect();
        self
    }

    pub fn scopes(mut self, scopes: &str) -> NewClient {
        self.scopes = scopes.to_owned();
        self
    }

    pub fn grants(mut self, grants: &[&'static str]) -> NewClient {
        self.grant_types = grants.to_vec();
        self
    }

    pub fn audiences(mut self, audiences: &[&str]) -> NewClient {
        self.audiences = audiences.iter().map(|&audience| audience.to_owned()).collect();
        self
    }

    pub fn client_id(mut self, client_id: &str) -> NewClient {
        self.client_id = Some(client_id.to_owned());
        self
    }

    pub fn secret(mut self, secret: &str) -> NewClient {
        self.secret = Some(secret.to_owned());
        self
    }

    pub fn skip_authorization(mut self) -> NewClient {
        self.skip_authorization = true;
        self
    }
}

/// A registered client with its secret.
#[derive(Debug, Clone)]
pub struct Client {
    pub client_id: String,
    pub secret: Option<String>,
    pub method: String,
    pub redirect_uri: String,
}

impl Client {
    pub fn secret(&self) -> &str {
        self.secret.as_deref().expect("a public client has no secret")
    }

    pub fn with_secret(&self, secret: &str) -> Client {
        Client { secret: Some(secret.to_owned()), ..self.clone() }
    }

    /// Authenticates a request the way the client registered (RFC 6749 §2.3.1).
    pub fn authenticate(&self, request: RequestBuilder, form: &mut Vec<(String, String)>) -> RequestBuilder {
        match self.method.as_str() {
            "client_secret_basic" => request.header("authorization", self.basic()),
            "client_secret_post" => {
                form.push(("client_id".to_owned(), self.client_id.clone()));
                form.push(("client_secret".to_owned(), self.secret().to_owned()));
                request
            }
            _ => {
                form.push(("client_id".to_owned(), self.client_id.clone()));
                request
            }
        }
    }

    /// The Basic header: both halves form-encoded first (RFC 6749 §2.3.1), then RFC 7617.
    pub fn basic(&self) -> String {
        basic(&form_encoded(&self.client_id), &form_encoded(self.secret()))
    }
}

pub fn basic(user: &str, password: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

pub fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
