//! The page: who is who, who is up, and what to click.

use std::time::Duration;

use askama::Template;
use auth_core::headers::{Csp, SecurityHeaders};
use auth_core::http_client::HttpClient;
use auth_core::pages::{ErrorPage, Site};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures::future::join_all;

use crate::assets::START_STYLES;
use crate::seed::{DEMO_USERS, DemoUser};
use crate::settings::Addresses;
use crate::worker::{self, ShownWorker};

/// A party that does not answer in this time counts as down: the page must not wait for it.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) addresses: Addresses,
    pub(crate) http: HttpClient,
    pub(crate) worker: ShownWorker,
}

/// One party as the page shows it.
pub(crate) struct Party {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) role: &'static str,
    pub(crate) about: &'static str,
    pub(crate) address: Option<String>,
    pub(crate) link: Option<(String, &'static str)>,
    pub(crate) up: bool,
    pub(crate) state: String,
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    at: &'a Addresses,
    users: &'a [DemoUser],
    parties: Vec<Party>,
    all_up: bool,
    stylesheet: &'static str,
}

/// `inspector` brings a policy of its own.
pub(crate) fn router(page: Page, inspector: Router) -> Router {
    Router::new()
        .route("/", get(index))
        .merge(START_STYLES.router())
        .merge(crate::docs::router())
        .fallback(missing)
        .with_state(page)
        .merge(inspector)
        .layer(SecurityHeaders::page(Csp::strict()))
}

pub(crate) fn site() -> Site {
    let site = Site::new("OAuth 2 by Example", "playground");
    site.link("/", "Start").link("/inspector", "Inspector").link("/docs/", "Book")
}

async fn index(State(page): State<Page>) -> Response {
    let parties = page.parties().await;
    let all_up = parties.iter().all(|party| party.up);
    let stylesheet = &START_STYLES.path;
    let index = Index { at: &page.addresses, users: &DEMO_USERS, parties, all_up, stylesheet };
    html(StatusCode::OK, site().page("Start here", &index))
}

async fn missing() -> Response {
    let page = ErrorPage {
        status: 404,
        title: "There is no such page",
        what_happened: "Nothing is found at this address.",
        what_to_do: "Everything there is can be reached from the top of this page.",
        reference: None,
    };
    error(&page)
}

/// A page that says what went wrong, with its status.
pub(crate) fn error(page: &ErrorPage<'_>) -> Response {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    html(status, site().error_page(page))
}

pub(crate) fn html(status: StatusCode, rendered: askama::Result<String>) -> Response {
    match rendered {
        Ok(page) => (status, Html(page)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

impl Page {
    async fn parties(&self) -> Vec<Party> {
        let at = &self.addresses;
        let mut parties = vec![
            Party::serving(
                ("authorization-server", "Authorization server", "authorization server"),
                "Knows the users and the clients. It alone sees a password: it asks who you are and what \
                 a client may do for you, and then gives the client tokens that say so.",
                &at.authorization_server,
                (at.authorization_server.clone(), "See what it offers"),
            ),
            Party::serving(
                ("client", "Web client", "client"),
                "An application that wants to show your notes. It never sees your password, and it keeps \
                 its tokens on its server, where no script of the page can reach them.",
                &at.client,
                (at.client.clone(), "Open the client"),
            ),
            Party::serving(
                ("resource-api", "Notes API", "resource server"),
                "Keeps the notes. It opens only to an access token that is meant for it and allows what is \
                 asked, and asks the authorization server whether the token is still good.",
                &at.resource_api,
                (format!("{}/notes", at.resource_api), "Try it without a token"),
            ),
            Party::serving(
                ("password-bearer-api", "Password bearer API", "on its own"),
                "An API that has users and a token endpoint of its own, as many tutorials build one: what \
                 is left when there is no authorization server, made as safe as it can be.",
                &at.password_bearer_api,
                (at.password_bearer_api.clone(), "Open the API"),
            ),
        ];
        let checks = parties.iter().map(|party| self.is_up(party.address.as_deref()));
        let checks = join_all(checks).await;
        for (party, up) in parties.iter_mut().zip(checks) {
            party.up = up;
            party.state = if up { "up" } else { "down" }.to_owned();
        }
        parties.push(self.worker().await);
        parties
    }

    async fn worker(&self) -> Party {
        match &self.worker {
            ShownWorker::Here(status) => worker::party(status),
            // Ready is a worker whose last round was a good one.
            ShownWorker::Elsewhere(address) => {
                let up = self.answers(&format!("{address}/readyz")).await;
                worker::shown(up, if up { "up" } else { "down" })
            }
        }
    }

    async fn is_up(&self, address: Option<&str>) -> bool {
        let Some(address) = address else { return false };
        self.answers(&format!("{address}/healthz")).await
    }

    async fn answers(&self, url: &str) -> bool {
        let request = self.http.reqwest().get(url).timeout(PATIENCE);
        self.http.send(request).await.is_ok_and(|answer| answer.status.is_success())
    }
}

impl Party {
    fn serving(
        (id, name, role): (&'static str, &'static str, &'static str),
        about: &'static str,
        address: &str,
        link: (String, &'static str),
    ) -> Party {
        let (address, link) = (Some(address.to_owned()), Some(link));
        Party { id, name, role, about, address, link, up: false, state: String::new() }
    }
}
