//! What an exploit gets: the addresses of one twin's parties, and people with browsers.

use std::sync::Arc;
use std::time::Duration;

use auth_core::http_client::HttpClient;
use auth_core::pkce::CodeVerifier;
use url::Url;

use crate::browser::{Browser, Engine, Reply, query};
use crate::outcome::Broken;
use crate::parties::{World, authorization_server};

pub use crate::parties::Urls;

/// One twin, as an attacker sees it. There is no way to aim an exploit anywhere else.
#[derive(Clone)]
pub struct Targets {
    world: Arc<World>,
    http: HttpClient,
    engine: Engine,
}

/// An authorization request that an exploit or an honest script builds by hand.
#[derive(Debug)]
pub struct Request {
    /// The whole address.
    pub url: String,
    /// The verifier of its challenge.
    pub verifier: CodeVerifier,
}

impl std::fmt::Debug for Targets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Targets").field("urls", &self.world.urls).finish_non_exhaustive()
    }
}

impl Targets {
    pub(crate) fn new(world: Arc<World>, http: HttpClient) -> Self {
        Self { world, http, engine: Engine::default() }
    }

    pub(crate) fn with_victims_in(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// The addresses of the parties.
    #[must_use]
    pub fn urls(&self) -> &Urls {
        &self.world.urls
    }

    /// A new browser of the victim, Alice: of the kind that the twin was given.
    #[must_use]
    pub fn victim(&self) -> Browser {
        Browser::of_a_victim(self.http.clone(), &self.engine, &self.world.screens)
    }

    /// The attacker, Mallory, with a browser or a command line.
    #[must_use]
    pub fn attacker(&self) -> Browser {
        Browser::new(self.http.clone(), "attacker")
    }

    /// Lets time pass for every party.
    pub fn wait(&self, duration: Duration) {
        self.world.live().manual_clock.advance(duration);
    }

    /// Puts something onto the attacker's own site: `page` (HTML at `/page`), `token-response` and
    /// `authorize` for its own authorization server, `stall`.
    pub fn attacker_site(&self, key: &'static str, value: impl Into<String>) {
        self.world.live().attacker.prepare(key, value.into());
    }

    /// What the attacker's site has received: one line for each request, with its body.
    #[must_use]
    pub fn attacker_log(&self) -> Vec<String> {
        self.world.live().attacker.log()
    }

    /// A value that came in at the attacker's site as a parameter of this name.
    #[must_use]
    pub fn received(&self, name: &str) -> Option<String> {
        self.world.live().attacker.received(name)
    }

    /// The outcome is known. What the parties still say to each other is no part of the exploit, and the wire view
    /// says so. Only an exploit whose own end changes something needs to call this.
    pub fn outcome_is_known(&self) {
        self.world.wire.exploit_ended();
    }

    /// An authorization request for a registered client, with a challenge of one's own.
    ///
    /// # Errors
    /// [`Broken`] when the addresses of the twin are not addresses.
    pub fn request(
        &self,
        client_id: &str,
        redirect_uri: &str,
        more: &[(&str, &str)],
    ) -> Result<Request, Broken> {
        let verifier = CodeVerifier::generate();
        let endpoint = format!("{}/authorize", self.urls().authorization_server);
        let challenge = verifier.challenge();
        let url = Url::parse_with_params(
            &endpoint,
            [
                ("response_type", "code"),
                ("client_id", client_id),
                ("redirect_uri", redirect_uri),
                ("scope", "openid profile"),
                ("state", "chosen-by-the-sender"),
                ("code_challenge", challenge.as_str()),
                ("code_challenge_method", "S256"),
            ]
            .into_iter()
            // A parameter given by hand replaces the usual one.
            .filter(|(name, _)| more.iter().all(|(other, _)| other != name))
            .chain(more.iter().copied().filter(|(_, value)| !value.is_empty())),
        )
        .map_err(|error| Broken::new("build the authorization request", error))?;
        Ok(Request { url: url.into(), verifier })
    }

    /// Redeems a code as the public client, which needs no secret.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers.
    pub async fn redeem_as_spa(
        &self,
        by: &Browser,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
    ) -> Result<Reply, Broken> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", authorization_server::SPA),
            ("code", code),
            ("redirect_uri", redirect_uri),
        ];
        form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        by.post(&format!("{}/token", self.urls().authorization_server), &[], &form).await
    }

    /// Calls the API with an access token.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers.
    pub async fn call_api(&self, by: &Browser, access_token: &str) -> Result<Reply, Broken> {
        let url = format!("{}/users/me", self.urls().api);
        by.get_with(&url, &[("authorization", &format!("Bearer {access_token}"))]).await
    }

    /// The victim signs in at the client, with every page that comes on the way.
    ///
    /// # Errors
    /// [`Broken`] when a step of it fails.
    pub async fn sign_in_at_client(&self, browser: &Browser, username: &str) -> Result<Reply, Broken> {
        let page = browser.open(&format!("{}/login", self.urls().client)).await?;
        self.sign_in_and_allow(browser, page, username).await
    }

    /// Fills in the login form and the consent form, whichever comes.
    ///
    /// # Errors
    /// [`Broken`] when a step of it fails.
    pub async fn sign_in_and_allow(
        &self,
        browser: &Browser,
        mut page: Reply,
        username: &str,
    ) -> Result<Reply, Broken> {
        let password = authorization_server::password_of(username);
        if page.body.contains("id=\"login-form\"") {
            page = browser.submit(&page, &[("username", username), ("password", &password)]).await?;
        }
        if page.body.contains("id=\"consent-form\"") {
            page = browser.submit(&page, &[("decision", "allow")]).await?;
        }
        Ok(page)
    }

    /// The victim follows `request` at the authorization server up to the redirect back, and this is
    /// the code in it.
    ///
    /// # Errors
    /// [`Broken`] when the redirect brings no code.
    pub async fn victims_code(&self, browser: &Browser, request: &Request) -> Result<String, Broken> {
        let page = browser.open(&request.url).await?;
        let page = self.sign_in_and_allow(browser, page, "alice").await?;
        let seen = browser.history().iter().rev().find_map(|url| query(url, "code"));
        seen.ok_or_else(|| Broken::new("Alice allows the app", page.short()))
    }
}

/// The part of an exploit that ends it: the API was called with what the attacker holds.
#[must_use]
pub fn refused(reply: &Reply) -> crate::outcome::Outcome {
    crate::outcome::Outcome::blocked(reply.status, reply.error_code())
}
