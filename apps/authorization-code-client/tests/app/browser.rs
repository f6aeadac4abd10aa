//! The app under test, and a browser that keeps its one cookie and follows no redirect by itself.

use std::net::TcpListener;
use std::sync::Arc;

use auth_core::clock::{Clock, ManualClock};
use auth_core::redirect_uri::{ClientType, RedirectUri};
use auth_core::scope::Scopes;
use auth_core::secret::ClientSecret;
use auth_core::server::Listen;
use auth_core::settings::{HttpUrl, Issuer};
use authorization_code_client::{App, Settings};
use http::{HeaderMap, StatusCode, header};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use crate::provider::{CLIENT_ID, CLIENT_SECRET, Provider};

pub(crate) struct TestApp {
    pub(crate) provider: Arc<Provider>,
    pub(crate) origin: String,
    pub(crate) hand: ManualClock,
    _stop: DropGuard,
}

/// A port that was free a moment ago.
pub(crate) fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// Runs the app against the issuer at this address, with or without a secret. Returns its origin.
pub(crate) async fn run(issuer: &str, secret: Option<&str>, clock: Clock, stop: CancellationToken) -> String {
    let listener = listener();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let settings = Settings {
        listen: Listen::Bound(listener),
        tls: None,
        extra_ca_file: None,
        issuer: Issuer::parse(issuer, true).unwrap(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: secret.map(ClientSecret::new),
        redirect_uri: RedirectUri::parse(&format!("{origin}/callback"), ClientType::Confidential).unwrap(),
        scopes: Scopes::parse("openid profile offline_access notes:read notes:write").unwrap(),
        api_url: HttpUrl::parse("API_URL", issuer).unwrap(),
        wire: None,
        clock,
    };
    let server = App::build(settings).await.unwrap();
    tokio::spawn(server.run(stop));
    origin
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(Some(CLIENT_SECRET)).await
    }

    pub(crate) async fn start_with(secret: Option<&str>) -> Self {
        let (clock, hand) = Clock::manual();
        let provider = Provider::start(listener(), clock.clone());
        provider.set_mood(|mood| mood.public_client = secret.is_none());
        let stop = CancellationToken::new();
        let origin = run(&provider.issuer, secret, clock, stop.clone()).await;
        Self { provider, origin, hand, _stop: stop.drop_guard() }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.origin)
    }

    /// A browser whose user has signed in.
    pub(crate) async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let back = browser.sign_in_at(&self.provider).await;
        let answer = browser.callback(&back).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, "/profile"),
            "{}",
            answer.body
        );
        browser
    }
}

#[derive(Clone)]
pub(crate) struct Browser {
    origin: String,
    pub(crate) cookie: Option<String>,
    http: reqwest::Client,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// The value of the first hidden CSRF field.
    pub(crate) fn csrf_token(&self) -> String {
        let field = self.body.split(r#"name="csrf_token""#).nth(1).expect("a form");
        field.split(r#"value=""#).nth(1).unwrap().split('"').next().unwrap().to_owned()
    }
}

pub(crate) type Query = Vec<(String, String)>;

impl Browser {
    pub(crate) fn new(origin: &str) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self { origin: origin.to_owned(), cookie: None, http }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.origin));
        self.send(request).await
    }

    pub(crate) async fn post(
        &mut self,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.post(format!("{}{path}", self.origin)).form(form);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    pub(crate) async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Answer {
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = request.send().await.unwrap();
        if let Some(set) = response.headers().get(header::SET_COOKIE) {
            let cookie = set.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!cookie.ends_with('=')).then(|| cookie.to_owned());
        }
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: response.text().await.unwrap() }
    }

    /// Begins a login; the URL at the provider that the app sends this browser to.
    pub(crate) async fn begin(&mut self) -> Url {
        let answer = self.get("/login").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.location().parse().unwrap()
    }

    /// Signs in at the provider and allows; what the browser brings back.
    pub(crate) async fn sign_in_at(&mut self, provider: &Provider) -> Query {
        let request = self.begin().await;
        provider.authorize(&request)
    }

    pub(crate) async fn callback(&mut self, query: &[(String, String)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        self.get(&format!("/callback?{query}")).await
    }

    pub(crate) async fn is_signed_in(&mut self) -> bool {
        let status = self.get("/profile").await.status;
        assert!([StatusCode::OK, StatusCode::UNAUTHORIZED].contains(&status), "{status}");
        status == StatusCode::OK
    }
}

/// The query with one parameter set to another value, or without it.
pub(crate) fn with(mut query: Query, name: &str, value: Option<&str>) -> Query {
    query.retain(|(key, _)| key != name);
    query.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    query
}
