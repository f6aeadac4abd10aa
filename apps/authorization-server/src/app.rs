//! The server, built from its settings: what the binary, the playground and the tests start alike.

use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::web::{Data, ServiceConfig};
use auth_core::clock::Clock;
use auth_core::server::{self, Limits, Server, StartError};

use crate::Settings;
use crate::admin;
use crate::context::Context;
use crate::db::{Database, DatabaseError};
use crate::keys::Keys;
use crate::web::{self, Web};

/// The authorization server.
#[derive(Debug)]
pub struct App;

impl App {
    /// Opens the database, makes or opens the signing keys, and binds the address.
    ///
    /// # Errors
    /// When a setting is missing or unsafe, the database or its keys cannot be opened, or the port
    /// is taken; the error says what to do.
    pub async fn build(settings: Settings) -> Result<Server, StartError> {
        // The paths of the endpoints begin at the root (and RFC 8414 §3.1 would put the path of
        // an issuer behind the well-known one), so an issuer with a path would promise addresses
        // that are not served.
        if settings.issuer.url().path() != "/" {
            return Err(StartError::new(
                "AS_ISSUER has a path",
                "give the server a host name of its own, such as https://auth.example.com",
            ));
        }
        let (db, keys) = open(&settings).await?;
        let web = Data::new(Web::new(&settings, db.clone(), Context::new(&settings, keys)));
        let listener = settings.listen.bind("AS_LISTEN")?;
        let while_served = Arc::new(());
        tokio::spawn(upkeep(Arc::downgrade(&while_served), db.clone(), settings.clock));
        let routes = move |config: &mut ServiceConfig| {
            let _held = &while_served;
            web::routes(config, web.clone());
        };
        let limits = Limits {
            // Ours is half of it, and answers in the words of the endpoint.
            form: 2 * web::FORM_LIMIT,
            ..Limits::default()
        };
        let server = server::actix(listener, routes, limits)?.over_tls(settings.tls)?.watched(settings.wire);
        Ok(server.ready_when(move || {
            let db = db.clone();
            async move {
                let ready = db.is_ready().await;
                ready.then_some(()).ok_or_else(|| String::from("the database does not answer"))
            }
        }))
    }
}

/// Off the async threads: opening a database and making keys takes its time.
async fn open(settings: &Settings) -> Result<(Database, Keys), StartError> {
    let url = settings.database_url.clone();
    let (master_key, clock) = (settings.master_key.clone(), settings.clock.clone());
    let opened = tokio::task::spawn_blocking(move || {
        let db = Database::open(url.as_str())?;
        let keys = Keys::open(&db, &master_key, clock)?;
        Ok::<_, DatabaseError>((db, keys))
    });
    match opened.await {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(StartError::from(error)),
        Err(_) => Err(StartError::new("opening the database was interrupted", "start again")),
    }
}

/// What `cleartokens` does, every hour: an operator who forgets it must not run out of disk.
/// Several servers over one database may do it at once.
async fn upkeep(while_served: Weak<()>, db: Database, clock: Clock) {
    let mut hours = tokio::time::interval(Duration::from_secs(60 * 60));
    loop {
        hours.tick().await;
        if while_served.strong_count() == 0 {
            return;
        }
        let (db, now) = (db.clone(), clock.now());
        let cleared = tokio::task::spawn_blocking(move || admin::clear_tokens(&db, now)).await;
        match cleared {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "expired rows could not be deleted"),
            Err(error) => tracing::warn!(%error, "deleting expired rows was interrupted"),
        }
    }
}

impl From<DatabaseError> for StartError {
    fn from(error: DatabaseError) -> Self {
        // The text names the setting and says what to do about it.
        StartError::new("the server can't start", error.to_string())
    }
}
