//! An API on axum that logs users in with a password and gives them bearer tokens: FastAPI's
//! security tutorial with every shortcut replaced by the real check.
//!
//! What a team changes first: `routes` (what the API does), `account` (what an account's fields may
//! be, and which scopes there are) and `models` (what is stored). What checks a request stays:
//! `current_user`, `access_token`, `models::session`.

mod access_token;
mod account;
pub mod admin;
pub mod cli;
mod current_user;
mod db;
mod error;
mod fields;
mod form;
mod models;
mod openapi;
mod routes;
mod schema;
mod settings;
mod signing_key;
mod state;

use std::{num::NonZero, sync::Arc, time::Duration};

use auth_core::{
    headers::SecurityHeaders,
    password::Passwords,
    server::{self, Limits, Server, StartError},
    throttle::{LoginThrottle, Throttle},
};
use axum::{
    Router,
    http::{HeaderValue, Method, StatusCode, header},
    routing::{get, post},
};
use tower_http::cors::CorsLayer;

pub use db::{Database, DatabaseError, OpenError};
pub use settings::{Attempts, Settings};

use crate::{
    access_token::AccessTokens,
    error::ApiError,
    routes::{accounts, home, me, session, token},
    state::{AppState, Shared},
};

/// Bodies here are small: a form of RFC 6749, or a handful of fields.
const BODY_LIMIT: usize = 16 * 1024;

/// The app.
#[derive(Debug)]
pub struct App;

impl App {
    /// Opens the database and binds the socket.
    ///
    /// # Errors
    /// When the database cannot be opened, the port is taken, or an origin is none.
    pub async fn build(settings: Settings) -> Result<Server, StartError> {
        let database = open(&settings.database_url)?;
        let https = settings.public_url.is_https();
        let cors = cors(&settings.cors_origins)?;
        let listener = settings.listen.bind("LISTEN")?;
        let attempts = settings.attempts;
        let a_minute = Duration::from_secs(60);
        let public_url = settings.public_url.as_str();
        let app: AppState = Arc::new(Shared {
            access_tokens: AccessTokens::new(
                settings.signing_key,
                public_url,
                settings.access_token_lifetime,
                settings.clock.clone(),
            ),
            passwords: Passwords::new(std::thread::available_parallelism().map_or(1, NonZero::get)),
            logins: LoginThrottle::new(attempts.per_account, attempts.per_peer, a_minute),
            registrations: Throttle::new("registration", attempts.registrations, a_minute),
            open_registration: settings.open_registration,
            session_lifetime: settings.session_lifetime,
            trusted_proxies: settings.trusted_proxies,
            public_url: public_url.to_owned(),
            clock: settings.clock,
            database: database.clone(),
        });
        let limits = Limits { body: BODY_LIMIT, form: BODY_LIMIT, ..Limits::default() };
        let server = server::axum(listener, router(app, https, cors), limits)?
            .over_tls(settings.tls)?
            .watched(settings.wire);
        Ok(server.ready_when(move || {
            let database = database.clone();
            async move { database.ping().await.map_err(|problem| problem.to_string()) }
        }))
    }
}

fn open(url: &str) -> Result<Database, StartError> {
    Database::open(url).map_err(|problem| {
        StartError::new(
            format!("the database of DATABASE_URL is of no use: {problem}"),
            "set DATABASE_URL to sqlite:PATH or to postgres://USER:PASSWORD@HOST/NAME",
        )
    })
}

fn router(app: AppState, https: bool, cors: CorsLayer) -> Router {
    let api = Router::new()
        .route("/token", post(token::token))
        .route("/revoke", post(session::revoke))
        .route("/logout", post(session::logout))
        .route("/users", post(accounts::register))
        .route("/users/me", get(me::read_me).patch(me::change_me).delete(me::delete_me))
        .route("/users/me/password", post(me::change_password))
        .route("/users/me/items", get(me::read_items))
        .route("/status", get(me::read_status))
        .route("/admin/users", get(accounts::list_users))
        .route(
            "/admin/users/{id}",
            get(accounts::read_user).patch(accounts::change_user).delete(accounts::delete_user),
        )
        // FastAPI's tutorial writes these with a slash at the end.
        .route("/users/me/", get(me::read_me))
        .route("/users/me/items/", get(me::read_items))
        .route("/status/", get(me::read_status))
        .fallback(async || ApiError::not_found())
        .method_not_allowed_fallback(async || {
            ApiError::refused(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "Method Not Allowed")
        })
        .layer(cors);
    api.merge(home::router(https))
        .merge(openapi::router())
        .layer(SecurityHeaders::api().https(https))
        .with_state(app)
}

/// Pages of these origins may call the API, and no others: an origin is never reflected, and
/// cookies, of which there are none, are never asked for.
fn cors(origins: &[String]) -> Result<CorsLayer, StartError> {
    let parse = |origin: &String| {
        let is_origin =
            url::Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
        let value = HeaderValue::from_str(origin).ok().filter(|_| is_origin);
        value.ok_or_else(|| {
            StartError::new(
                format!("CORS_ORIGINS has an entry that is no origin: {origin}"),
                "write origins as https://app.example.com, without a path and without a wildcard",
            )
        })
    };
    let origins = origins.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    Ok(CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::WWW_AUTHENTICATE, header::RETRY_AFTER])
        .max_age(Duration::from_secs(600)))
}
