//! A database of its own for every test: a SQLite file, or with `TEST_POSTGRES_URL` (a server whose
//! user may create databases) one on PostgreSQL.
//!
//! A SQLite file is a copy of one that has been migrated and has its signing keys already: making RSA
//! keys is what would take longest in most tests. So all servers of a run have the same keys, which
//! is a help: a token that is refused elsewhere is not refused for its signature.

use std::{fs, path::Path};

use auth_core::{server::Listen, settings::Issuer};
use authorization_server::{App, Settings, settings::MasterKey};
use diesel::{Connection, PgConnection, RunQueryDsl};
use tokio::sync::OnceCell;

const FILE: &str = "test.sqlite3";

struct Template {
    master_key: [u8; 32],
    /// Name and content; SQLite may have left a part in its write-ahead log.
    files: Vec<(String, Vec<u8>)>,
}

static TEMPLATE: OnceCell<Template> = OnceCell::const_new();

/// A fresh database and the master key that its keys are sealed under, or will be.
pub(crate) async fn fresh(folder: &Path) -> (String, [u8; 32]) {
    if let Ok(server) = std::env::var("TEST_POSTGRES_URL") {
        let url = tokio::task::spawn_blocking(move || on_postgres(&server)).await.unwrap();
        return (url, auth_core::secret::random_bytes());
    }
    let template = TEMPLATE.get_or_init(make_template).await;
    for (name, content) in &template.files {
        fs::write(folder.join(name), content).unwrap();
    }
    (sqlite_url(folder), template.master_key)
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

// ANCHOR: on_postgres
fn on_postgres(server: &str) -> String {
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::establish(server).expect("TEST_POSTGRES_URL leads to a server");
    diesel::sql_query(format!("CREATE DATABASE {name}")).execute(&mut connection).unwrap();
    let mut url = url::Url::parse(server).expect("TEST_POSTGRES_URL is a postgres:// address");
    url.set_path(&name);
    url.into()
}
// ANCHOR_END: on_postgres
