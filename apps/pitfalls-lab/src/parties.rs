//! The four parties: small, in memory, built on `auth-core`, and good as long as nobody replaces one
//! of their [`Checks`](crate::checks::Checks).

mod api;
pub(crate) mod attacker;
pub(crate) mod authorization_server;
mod client;
mod page;

use page::Here;
pub(crate) use page::{assets, html, json, problem, see_other};

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, PoisonError, RwLock};

use auth_core::clock::{Clock, ManualClock};
use auth_core::headers::{Csp, SecurityHeaders};
use auth_core::server::StartError;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tokio_util::sync::CancellationToken;

use crate::browser::Screens;
use crate::checks::Checks;
use crate::wire::Wire;

/// Says on every response what it comes from.
pub(crate) const LAB_HEADER: HeaderName = HeaderName::from_static("x-vulnerable-lab");

/// The origins of the parties, each a site of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    /// The authorization server.
    pub authorization_server: String,
    /// The client.
    pub client: String,
    /// The API.
    pub api: String,
    /// The attacker's site.
    pub attacker: String,
}

impl Urls {
    pub(crate) fn of_ports([authorization_server, client, api, attacker]: [u16; 4]) -> Self {
        // Ports do not separate sites: cookies ignore them. Names under localhost do.
        Self {
            authorization_server: format!("http://as.localhost:{authorization_server}"),
            client: format!("http://client.localhost:{client}"),
            api: format!("http://api.localhost:{api}"),
            attacker: format!("http://evil.localhost:{attacker}"),
        }
    }
}

/// One twin.
pub(crate) struct World {
    pub(crate) checks: Checks,
    pub(crate) urls: Urls,
    pub(crate) wire: Wire,
    pub(crate) screens: Arc<Screens>,
    live: RwLock<Arc<Live>>,
}

/// Everything that a reset forgets.
pub(crate) struct Live {
    pub(crate) clock: Clock,
    pub(crate) manual_clock: ManualClock,
    pub(crate) authorization_server: authorization_server::Store,
    pub(crate) client: client::Store,
    pub(crate) api: api::Store,
    pub(crate) attacker: attacker::Store,
}

impl World {
    pub(crate) async fn new(checks: Checks, urls: Urls) -> Result<Self, StartError> {
        let live = Live::new(&checks, &urls).await?;
        Ok(Self {
            checks,
            urls,
            wire: Wire::default(),
            screens: Arc::default(),
            live: RwLock::new(Arc::new(live)),
        })
    }

    pub(crate) fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) async fn reset(&self) -> Result<(), StartError> {
        let live = Arc::new(Live::new(&self.checks, &self.urls).await?);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
        self.wire.clear();
        self.screens.clear();
        Ok(())
    }
}

impl Live {
    async fn new(checks: &Checks, urls: &Urls) -> Result<Self, StartError> {
        let (clock, manual_clock) = Clock::manual();
        Ok(Self {
            clock,
            manual_clock,
            authorization_server: authorization_server::Store::new(urls).await?,
            client: client::Store::new(checks)?,
            api: api::Store::new(checks)?,
            attacker: attacker::Store::default(),
        })
    }
}

/// The parties' routers, in the order of their ports.
pub(crate) fn routers(world: &Arc<World>) -> [Router; 4] {
    let page = SecurityHeaders::page(Csp::strict());
    [
        ("authorization server", authorization_server::routes(), Some(page)),
        ("client: the photo album", client::routes(), None),
        ("API", api::routes(), Some(SecurityHeaders::api())),
        // The attacker's pages do what they like.
        ("Mallory's site", attacker::routes(), None),
    ]
    .map(|(party, router, headers)| {
        let router = router.fallback(|| async {
            page::problem(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address.")
        });
        let router = router.with_state(Arc::clone(world));
        let router = match headers {
            Some(headers) => router.layer(headers),
            None => router,
        };
        let world = Arc::clone(world);
        router.layer(middleware::from_fn(move |request, next| {
            in_the_lab(Arc::clone(&world), party, request, next)
        }))
    })
}

/// Around every request: the Host must be the lab's, the answer says that it is the lab's, and both
/// are kept for the wire view.
async fn in_the_lab(world: Arc<World>, party: &'static str, request: Request, next: Next) -> Response {
    let mut response = if is_lab_host(&request) {
        let here = Here { host: host_of(&request).to_owned(), party };
        page::HERE.scope(here, world.wire.record(request, next)).await
    } else {
        misdirected()
    };
    response.headers_mut().insert(LAB_HEADER, HeaderValue::from_static("never deploy this"));
    response
}

/// RFC 9110 §15.5.20. Against DNS rebinding: a page of the Internet whose name points to 127.0.0.1
/// is not answered.
pub(crate) fn misdirected() -> Response {
    let text = "421: the pitfalls lab answers only to names under .localhost\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

fn host_of(request: &Request) -> &str {
    request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

pub(crate) fn is_lab_host(request: &Request) -> bool {
    let host = host_of(request);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.ends_with(".localhost")
}

/// Serves until `stop`. Not `auth_core::server`: its own answers would not carry the lab's header.
pub(crate) fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> Result<(), StartError> {
    let listener = tokio::net::TcpListener::from_std(listener)
        .map_err(|error| StartError::new(error.to_string(), "start the lab inside a Tokio runtime"))?;
    tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::select! {
            result = async { axum::serve(listener, service).await } => {
                if let Err(error) = result { tracing::error!(%error, "a party of the lab stopped") }
            }
            () = stop.cancelled() => {}
        }
    });
    Ok(())
}
