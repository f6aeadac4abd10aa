//! A server with a fresh database on a free port, and a browser with one cookie.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Mutex;

use auth_core::pkce::CodeVerifier;
use auth_core::redirect_uri::ClientType;
use auth_core::secret::{ClientSecret, Password, random_bytes};
use auth_core::server::Listen;
use auth_core::settings::Issuer;
use authorization_server::admin::{self, NewApplication, NewUser};
use authorization_server::settings::MasterKey;
use authorization_server::{App, Database, Settings};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) const CALLBACK: &str = "https://client.example/callback";
pub(crate) const PASSWORD: &str = "open-sesame-alice";

pub(crate) struct Server {
    pub(crate) issuer: String,
    pub(crate) database_url: String,
    pub(crate) client_secret: ClientSecret,
    pub(crate) master_key: [u8; 32],
    _folder: tempfile::TempDir,
    _stop: DropGuard,
}

impl Server {
    pub(crate) async fn start() -> Server {
        Server::start_with(|_| ()).await
    }

    /// With the user `alice` and the confidential client `web`.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let master_key = random_bytes();
        let database_url = format!("sqlite:{}", folder.path().join("as.sqlite3").display());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = Settings::new(
            Listen::Bound(listener),
            Issuer::parse(&issuer, true).unwrap(),
            database_url.clone(),
            MasterKey::new(master_key),
        );
        change(&mut settings);
        let server = App::build(settings).await.unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(server.run(stop.clone()));

        let database = Database::open(&database_url).unwrap();
        admin::create_user(
            &database,
            NewUser {
                username: "alice".into(),
                password: Password::new(PASSWORD),
                email: None,
                name: Some("Alice <A>".into()),
                staff: false,
            },
        )
        .await
        .unwrap();
        let created = admin::create_application(
            &database,
            NewApplication {
                client_id: Some("web".into()),
                grant_types: ["authorization_code", "refresh_token", "client_credentials"]
                    .map(String::from)
                    .into(),
                redirect_uris: vec![CALLBACK.into()],
                ..NewApplication::new("Web <b>client</b>", ClientType::Confidential)
            },
        )
        .unwrap();
        Server {
            issuer,
            database_url,
            client_secret: created.client_secret.unwrap(),
            master_key,
            _folder: folder,
            _stop: stop.drop_guard(),
        }
    }

    /// Changes the database behind the server's back.
    pub(crate) fn sql(&self, statement: &str) {
        let path = self.database_url.strip_prefix("sqlite:").unwrap();
        let mut connection = SqliteConnection::establish(path).unwrap();
        connection.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
        connection.batch_execute(statement).unwrap();
    }

    pub(crate) fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.issuer) }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { server: self, http: self.client(), cookie: Mutex::default() }
    }

    /// A valid authorization request, with some parameters replaced or added.
    pub(crate) fn authorization_request(&self, changes: &[(&str, &str)]) -> String {
        let challenge = CodeVerifier::parse(VERIFIER).unwrap().challenge();
        let mut params = BTreeMap::from([
            ("response_type", "code"),
            ("client_id", "web"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid profile read"),
            ("state", "st4te"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ]);
        params.extend(changes.iter().copied());
        serde_urlencoded::to_string(params).unwrap()
    }
}

pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Keeps the session cookie, follows nothing by itself.
pub(crate) struct Browser<'a> {
    server: &'a Server,
    http: Client,
    cookie: Mutex<Option<String>>,
}

impl Browser<'_> {
    pub(crate) fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    pub(crate) fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().unwrap() = cookie;
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send(self.http.get(self.server.url(path))).await
    }

    /// As a browser posts a form of a page of this origin.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.post_from(path, form, &[("origin", &self.server.issuer), ("sec-fetch-site", "same-origin")])
            .await
    }

    pub(crate) async fn post_from(
        &self,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Response {
        let mut request = self.http.post(self.server.url(path)).form(form);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    pub(crate) async fn get_from(&self, path: &str, site: &str) -> Response {
        self.send(self.http.get(self.server.url(path)).header("sec-fetch-site", site)).await
    }

    pub(crate) async fn send(&self, mut request: RequestBuilder) -> Response {
        if let Some(cookie) = self.cookie() {
            request = request.header(COOKIE, cookie);
        }
        let response = request.send().await.unwrap();
        for set in response.headers().get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            let pair = set.split(';').next().unwrap();
            let gone = pair.ends_with('=');
            self.set_cookie((!gone).then(|| pair.to_owned()));
        }
        response
    }

    /// Signs in on the page at `path` and returns the answer to the form.
    pub(crate) async fn sign_in_at(&self, path: &str) -> Response {
        let page = self.get(path).await.text().await.unwrap();
        let csrf = field(&page, "csrf_token").unwrap();
        let mut form = vec![("csrf_token", csrf.as_str()), ("username", "alice"), ("password", PASSWORD)];
        let request = field(&page, "request");
        form.extend(request.iter().map(|request| ("request", request.as_str())));
        self.post("/accounts/login", &form).await
    }

    pub(crate) async fn sign_in(&self) {
        let response = self.sign_in_at("/accounts/login").await;
        assert_eq!(response.status(), 303);
    }

    /// Follows our own redirects, and stops at a page or at a redirect to elsewhere.
    pub(crate) async fn follow(&self, mut response: Response) -> Response {
        while let Some(next) = location(&response).filter(|next| next.starts_with('/')) {
            response = self.get(&next).await;
        }
        response
    }
}

pub(crate) fn location(response: &Response) -> Option<String> {
    Some(response.headers().get(LOCATION)?.to_str().unwrap().to_owned())
}

pub(crate) fn header(response: &Response, name: &str) -> String {
    let value = response.headers().get(name).map(|value| value.to_str().unwrap());
    value.unwrap_or_default().to_owned()
}

/// The value of the first input of this name.
pub(crate) fn field(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split_once('"')?.0.to_owned())
}
