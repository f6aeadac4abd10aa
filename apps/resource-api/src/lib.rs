//! A protected API on actix-web: the resource server of OAuth 2 (RFC 6749 §1.1, RFC 6750).
//!
//! Users keep notes in it, through clients that they allowed to; machines make reports of the
//! notes, by tokens of their own. Neither kind of token opens the other's routes.
//!
//! | route | scope | whose token |
//! | --- | --- | --- |
//! | `GET /notes`, `POST /notes`, `DELETE /notes/{id}` | `notes:read`, `notes:write` | a user's |
//! | `GET /reports/pending`, `PUT /reports/{id}` | `reports:write` | a machine's own |
//! | `/`, `/.well-known/oauth-protected-resource`, `/healthz`, `/readyz` | | nobody's |
//!
//! To make a service of your own of it, replace `notes` and `routes`; what checks tokens stays.

mod caller;
mod db;
mod error;
mod notes;
mod routes;
mod schema;
mod settings;
mod validator;

use std::sync::Arc;

use actix_web::web;
use auth_core::{
    bearer::{BearerState, TokenValidator},
    clock::Clock,
    http_client::HttpClient,
    server::{self, Limits, Server, StartError},
    settings::HttpUrl,
};
use url::Url;

pub use settings::{Settings, TokenCheck};

use crate::{db::Database, validator::DiscoveredValidator};

/// The realm of every challenge (RFC 9110 §11.5).
const REALM: &str = "resource-api";

/// The largest body that a route takes: 2000 characters of a note, each escaped in JSON.
const BODY_LIMIT: usize = 32 * 1024;

/// What the routes share.
struct Shared {
    database: Database,
    clock: Clock,
    issuer: String,
    resource: String,
    metadata_url: String,
}

/// The app.
#[derive(Debug)]
pub struct App;

impl App {
    /// Opens the database and binds the socket. The authorization server need not run yet.
    ///
    /// # Errors
    /// When the database cannot be opened or the port is taken.
    pub async fn build(settings: Settings) -> Result<Server, StartError> {
        let Settings {
            listen,
            tls,
            extra_ca_file,
            issuer,
            resource,
            token_check,
            database_url,
            introspection_cache,
            wire,
            clock,
        } = settings;
        let listener = listen.bind("LISTEN")?;
        let database = Database::open(&database_url).map_err(|problem| {
            StartError::new(
                format!("the database of DATABASE_URL is of no use: {problem}"),
                "set DATABASE_URL to sqlite:PATH, a file that this user may write",
            )
        })?;
        let http = HttpClient::trusting(extra_ca_file.as_deref()).map_err(|problem| {
            StartError::new(problem.to_string(), "check EXTRA_CA_FILE and the machine's certificates")
        })?;

        // Tokens travel to this address, so that it has to be https, or this very machine.
        let metadata_url =
            well_known(HttpUrl::parse("RESOURCE", &resource)?.url(), "oauth-protected-resource");
        let shared = web::Data::new(Shared {
            database: database.clone(),
            clock: clock.clone(),
            issuer: issuer.as_str().to_owned(),
            resource: resource.clone(),
            metadata_url: metadata_url.to_string(),
        });
        let checks = (token_check, introspection_cache);
        let validator = Arc::new(DiscoveredValidator::new(http, issuer, resource, checks, clock));
        let bearer = web::Data::new(BearerState {
            validator: TokenValidator::custom(validator.clone()),
            realm: REALM.to_owned(),
            resource_metadata: Some(metadata_url.to_string()),
        });

        let configure = move |routes: &mut web::ServiceConfig| {
            routes
                .app_data(shared.clone())
                .app_data(bearer.clone())
                .app_data(web::JsonConfig::default().limit(BODY_LIMIT));
            routes::configure(routes, metadata_url.path());
        };
        let limits = Limits { body: BODY_LIMIT, ..Limits::default() };
        let server = server::actix(listener, configure, limits)?.over_tls(tls)?.watched(wire);
        Ok(server.ready_when(move || ready(database.clone(), validator.clone())))
    }
}

/// The address of a well-known document about `url`: its path goes between the host and the path of
/// what it is about (RFC 8414 §3.1, RFC 9728 §3.1).
fn well_known(url: &Url, name: &str) -> Url {
    let mut document = url.clone();
    document.set_path(&format!("/.well-known/{name}{}", url.path().trim_end_matches('/')));
    document
}

/// Ready is who can reach both what it keeps and whom it asks.
async fn ready(database: Database, validator: Arc<DiscoveredValidator>) -> Result<(), String> {
    database.run(notes::pending).await.map_err(|problem| problem.to_string())?;
    validator.find().await.map_err(|problem| problem.to_string())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_examples_of_rfc_8414_and_rfc_9728_section_3_1() {
        let example = |url: &str, name| well_known(&Url::parse(url).unwrap(), name).to_string();
        assert_eq!(
            example("https://example.com/issuer1", "oauth-authorization-server"),
            "https://example.com/.well-known/oauth-authorization-server/issuer1"
        );
        assert_eq!(
            example("https://resource.example.com/resource1", "oauth-protected-resource"),
            "https://resource.example.com/.well-known/oauth-protected-resource/resource1"
        );
        assert_eq!(
            example("https://resource.example.com", "oauth-protected-resource"),
            "https://resource.example.com/.well-known/oauth-protected-resource"
        );
    }
}
