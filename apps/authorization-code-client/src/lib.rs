//! A web app that signs its users in with the authorization code flow and PKCE, and calls an API
//! for them: `/login` and `/callback` done right, as a backend-for-frontend.
//!
//! The browser holds a session cookie and nothing else. Codes and tokens stay on the server:
//!
//! | route | what happens |
//! | --- | --- |
//! | `GET /` | says in plain words what signing in does |
//! | `GET /login` | begins a login in this browser's session, and sends the browser to the provider |
//! | `GET /callback` | ends it: state, issuer, code, ID token; a new session id; 303 to a clean URL |
//! | `GET /profile` | who is signed in |
//! | `GET`, `POST /notes`, `POST /notes/{id}/delete` | the user's notes, which the API keeps |
//! | `POST /logout` | revokes the tokens and ends the session |
//!
//! The protocol itself is [`auth_core::login`]; here is what an app adds to it: sessions, pages,
//! and a token that is always fresh.

mod api;
mod forms;
mod pages;
mod provider;
mod routes;
mod session_cookie;
mod sessions;
mod settings;
mod signed_in;

use std::sync::Arc;

use auth_core::http_client::HttpClient;
use auth_core::login::Registration;
use auth_core::server::{self, Limits, Server, StartError};

pub use settings::Settings;

use api::NotesApi;
use forms::OwnOrigin;
use provider::LazyProvider;
use session_cookie::SessionCookie;
use sessions::Sessions;

/// What every request shares.
pub(crate) struct Shared {
    pub(crate) provider: LazyProvider,
    pub(crate) sessions: Sessions,
    pub(crate) cookie: SessionCookie,
    pub(crate) own_origin: OwnOrigin,
    pub(crate) api: NotesApi,
    pub(crate) clock: auth_core::clock::Clock,
}

/// The app.
#[derive(Debug)]
pub struct App;

impl App {
    /// Binds the app's address and builds its routes. The authorization server need not be up:
    /// it is looked for when somebody signs in.
    ///
    /// # Errors
    /// [`StartError`] when the address cannot be bound or TLS cannot be set up.
    pub async fn build(settings: Settings) -> Result<Server, StartError> {
        let listener = settings.listen.bind("LISTEN")?;
        let http = HttpClient::trusting(settings.extra_ca_file.as_deref()).map_err(|error| {
            StartError::new(error.to_string(), "check EXTRA_CA_FILE and this machine's certificates")
        })?;
        let own_origin = OwnOrigin::of(&settings.redirect_uri);
        let shared = Arc::new(Shared {
            sessions: Sessions::new(settings.clock.clone()),
            cookie: SessionCookie::new(own_origin.is_https()),
            api: NotesApi::new(http.clone(), settings.api_url),
            provider: LazyProvider::new(
                http,
                settings.issuer,
                Registration {
                    client_id: settings.client_id,
                    client_secret: settings.client_secret,
                    redirect_uri: settings.redirect_uri,
                    scopes: settings.scopes,
                },
                settings.clock.clone(),
            ),
            own_origin,
            clock: settings.clock,
        });
        let server = server::axum(listener, routes::router(shared), Limits::default())?;
        Ok(server.over_tls(settings.tls)?.watched(settings.wire))
    }
}
