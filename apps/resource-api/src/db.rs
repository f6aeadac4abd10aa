//! The notes' database: SQLite, opened with its migrations run, used off the async threads.

use std::{path::Path, time::Duration};

use auth_core::wire::carry;
use diesel::{
    connection::SimpleConnection,
    prelude::*,
    r2d2::{ConnectionManager, CustomizeConnection, Pool},
    result::QueryResult,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// A pool of connections to the one database file.
#[derive(Clone)]
pub(crate) struct Database {
    pool: Pool<ConnectionManager<SqliteConnection>>,
}

/// Why a question to the database went unanswered. Only ever ours to mend, so it becomes a 500.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    #[error("no connection to the database was free in time: {0}")]
    Pool(#[from] diesel::r2d2::PoolError),
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
    #[error("the database's thread was stopped: {0}")]
    Stopped(#[from] tokio::task::JoinError),
}

/// Why the database could not be opened at start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("it does not begin with `sqlite:`")]
    Scheme,
    #[error("its file cannot be made: {0}")]
    File(#[from] std::io::Error),
    #[error("it cannot be opened: {0}")]
    Pool(#[from] diesel::r2d2::PoolError),
    #[error("its tables cannot be made: {0}")]
    Migrations(Box<dyn std::error::Error + Send + Sync>),
}

impl Database {
    /// Opens `sqlite:PATH` (made when missing, readable by its owner only) or `sqlite::memory:`
    /// and runs the migrations that it has not seen yet.
    pub(crate) fn open(url: &str) -> Result<Self, OpenError> {
        let path = url.strip_prefix("sqlite:").ok_or(OpenError::Scheme)?;
        // Each connection to `:memory:` is a database of its own, so there may be only one.
        let connections = if path == ":memory:" {
            1
        } else {
            make_private_file(Path::new(path))?;
            4
        };
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            // Nothing is won by asking a file whether it is still there.
            .test_on_check_out(false)
            .connection_timeout(Duration::from_secs(5))
            .connection_customizer(Box::new(Pragmas))
            .build(ConnectionManager::new(path))?;
        pool.get()?.run_pending_migrations(MIGRATIONS).map_err(OpenError::Migrations)?;
        Ok(Self { pool })
    }

    /// Runs `work` on a blocking thread with a connection of its own.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        F: FnOnce(&mut SqliteConnection) -> QueryResult<T> + Send + 'static,
    {
        let pool = self.pool.clone();
        tokio::task::spawn_blocking(carry(move || Ok(work(&mut *pool.get()?)?))).await?
    }
}

/// What every SQLite connection is told first: readers do not wait for the writer (WAL), a
/// writer waits its turn instead of failing, and foreign keys count.
#[derive(Debug)]
struct Pragmas;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Pragmas {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        connection
            .batch_execute(
                "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
                 PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;",
            )
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

/// Notes are private, so the file that holds them is too. SQLite gives its WAL file the same mode.
fn make_private_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
