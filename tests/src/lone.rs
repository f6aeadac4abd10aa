//! The web client alone, between a provider and an API that the test plays.

use auth_core::server::Listen;
use serde_json::{Value, json};
use tokio_util::sync::DropGuard;

use crate::{
    Browser, Client, Reply,
    client::form_encoded,
    http::query_of,
    server::free_listener,
    stack::{ClientSettings, start_client},
    stub::{Answer, Lie, Provider, Stub},
};

pub struct LoneClient {
    pub provider: Provider,
    pub url: String,
    _running: DropGuard,
    _api: Option<Stub>,
}

/// What a client sent the browser to the provider with.
pub type Sent = std::collections::BTreeMap<String, String>;

impl LoneClient {
    pub async fn start() -> LoneClient {
        let api = Stub::start(|_| Answer::json(200, json!([]))).await;
        let client = LoneClient::with(json!({}), &api.url).await;
        LoneClient { _api: Some(api), ..client }
    }

    /// With other provider metadata (null removes a member), and another API.
    pub async fn with(change_metadata: Value, api_url: &str) -> LoneClient {
        let provider = Provider::start("the-client", change_metadata).await;
        let (listener, port) = free_listener();
        let url = format!("http://localhost:{port}");
        let client = registration(&url);
        let settings = ClientSettings {
            listen: Listen::Bound(listener),
            issuer: &provider.stub.url,
            client: &client,
            api_url,
            clock: provider.shared_clock.clone(),
        };
        let running = start_client(settings).await;
        LoneClient { provider, url, _running: running, _api: None }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Begins a sign-in and comes back with what the provider was asked.
    pub async fn begin(&self, browser: &mut Browser) -> Sent {
        let reply = browser.get(self.url("/login")).await;
        query_of(
            &reply.location().unwrap_or_else(|| panic!("no way to the provider: {}", reply.page().text())),
        )
    }

    /// The provider's answer to a request: code, state and issuer as they should be.
    pub fn callback(&self, sent: &Sent) -> String {
        let iss = form_encoded(&self.provider.stub.url);
        self.url(&format!("/callback?code=a-code&state={}&iss={iss}", form_encoded(&sent["state"])))
    }

    /// A whole sign-in in which the provider's token answer is a lie.
    pub async fn sign_in_with(&self, browser: &mut Browser, lie: Lie) -> Reply {
        let sent = self.begin(browser).await;
        let nonce = if lie.nonce.is_empty() { sent["nonce"].clone() } else { lie.nonce.clone() };
        self.provider.tell(Lie { nonce, ..lie });
        browser.get(self.callback(&sent)).await
    }

    pub async fn sign_in(&self, browser: &mut Browser) {
        self.sign_in_with(browser, Lie::default()).await.expect(303);
        browser.get(self.url("/profile")).await.expect(200);
    }

    /// Whether the browser is signed in at the client.
    pub async fn knows(&self, browser: &mut Browser) -> bool {
        browser.get(self.url("/profile")).await.status == 200
    }
}

pub fn registration(url: &str) -> Client {
    Client {
        client_id: "the-client".to_owned(),
        secret: Some("the-clients-secret-0123456789-0123456789".to_owned()),
        method: "client_secret_basic".to_owned(),
        redirect_uri: format!("{url}/callback"),
    }
}
