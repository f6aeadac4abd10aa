//! A database of its own for every test: a SQLite file, or with `TEST_POSTGRES_URL` (a database whose
//! user may create schemas) a schema on PostgreSQL.
//!
//! A SQLite file is a copy of one that has been migrated and has its signing keys already: making RSA
//! keys is what would take longest in most tests. So all servers of a run have the same keys, which
//! is a help: a token that is refused elsewhere is not refused for its signature.

use std::{fs, path::Path};

use auth_core::{server::Listen, settings::Issuer};
use authorization_server::{App, Settings, settings::MasterKey};
use diesel::{Connection, PgConnection, connection::SimpleConnection};
use tokio::sync::OnceCell;

const FILE: &str = "test.sqlite3";

struct Template {
    master_key: [u8; 32],
    /// Name and content; SQLite may have left a part in its write-ahead log.
    files: Vec<(String, Vec<u8>)>,
}

static TEMPLATE: OnceCell<Template> = OnceCell::const_new();

/// A fresh database and the master key that its keys are sealed under, or will be.
pub(crate) struct Fresh {
    pub(crate) url: String,
    pub(crate) master_key: [u8; 32],
    pub(crate) on_postgres: Option<OnPostgres>,
}

/// `folder` is where a SQLite file goes.
pub(crate) async fn fresh(folder: &Path) -> Fresh {
    if let Ok(server) = std::env::var("TEST_POSTGRES_URL") {
        let (url, made) = tokio::task::spawn_blocking(move || on_postgres(server)).await.unwrap();
        return Fresh { url, master_key: auth_core::secret::random_bytes(), on_postgres: Some(made) };
    }
    let template = TEMPLATE.get_or_init(make_template).await;
    for (name, content) in &template.files {
        fs::write(folder.join(name), content).unwrap();
    }
    Fresh { url: sqlite_url(folder), master_key: template.master_key, on_postgres: None }
}

async fn make_template() -> Template {
    let folder = tempfile::tempdir().unwrap();
    let (listener, port) = crate::server::free_listener();
    let issuer = Issuer::parse(&format!("http://localhost:{port}"), true).unwrap();
    let master_key = auth_core::secret::random_bytes();
    let key = MasterKey::new(master_key);
    let settings = Settings::new(Listen::Bound(listener), issuer, sqlite_url(folder.path()), key);
    drop(App::build(settings).await.unwrap_or_else(|error| panic!("{error}")));
    let names =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files = names.filter(|name| !name.ends_with("-shm")).map(|name| {
        let content = fs::read(folder.path().join(&name)).unwrap();
        (name, content)
    });
    Template { master_key, files: files.collect() }
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join(FILE).display())
}

/// A schema on PostgreSQL, dropped with this.
pub(crate) struct OnPostgres {
    server: String,
    schema: String,
}

impl Drop for OnPostgres {
    fn drop(&mut self) {
        // What cannot be dropped goes with its PostgreSQL.
        if let Ok(mut connection) = PgConnection::establish(&self.server) {
            let drop = format!("SET lock_timeout = '1s'; DROP SCHEMA {} CASCADE", self.schema);
            let _ = connection.batch_execute(&drop);
        }
    }
}

// ANCHOR: on_postgres
fn on_postgres(server: String) -> (String, OnPostgres) {
    let schema = format!("test_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::establish(&server)
        .unwrap_or_else(|error| panic!("TEST_POSTGRES_URL leads to no server: {error}"));
    connection
        .batch_execute(&format!("CREATE SCHEMA {schema}"))
        .unwrap_or_else(|error| panic!("no schema could be made on PostgreSQL: {error}"));
    let mut url = url::Url::parse(&server).expect("TEST_POSTGRES_URL is a postgres:// address");
    url.query_pairs_mut().append_pair("options", &format!("-csearch_path={schema}"));
    (url.into(), OnPostgres { server, schema })
}
// ANCHOR_END: on_postgres
