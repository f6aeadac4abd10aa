//! The database: SQLite or PostgreSQL behind one type, opened with its migrations run, used off
//! the async threads.
//!
//! Every transaction begins with a write. SQLite then takes the writer's lock at once and waits
//! for it, where a transaction that reads first could be refused when it comes to write; and
//! what must happen once is a conditional UPDATE or DELETE whose row count decides, which holds
//! in both databases and with any number of servers.

use std::{error::Error, fmt, path::Path, time::Duration};

use auth_core::wire::carry;
use diesel::{
    connection::SimpleConnection,
    prelude::*,
    r2d2::{ManageConnection, Pool, R2D2Connection},
    result::QueryResult,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// A connection to either kind of database; queries are written once against this type.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Users and sessions, in SQLite or PostgreSQL. Cheap to clone: clones share a pool.
#[derive(Clone)]
pub struct Database {
    pool: Pool<Connector>,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password, so it is not shown.
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

/// Why a question to the database went unanswered. Only ever ours to mend, so it becomes a 500.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// All connections stayed busy for five seconds, or none could be made.
    #[error("no connection to the database was free in time: {0}")]
    Pool(#[from] diesel::r2d2::PoolError),
    /// The database said no.
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
    /// The runtime is shutting down.
    #[error("the database's thread was stopped: {0}")]
    Stopped(#[from] tokio::task::JoinError),
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither of the two kinds of database.
    #[error("it begins with neither `sqlite:` nor `postgres://`")]
    Scheme,
    /// SQLite's file could not be made.
    #[error("its file cannot be made: {0}")]
    File(#[from] std::io::Error),
    /// No connection.
    #[error("it cannot be opened: {0}")]
    Pool(#[from] diesel::r2d2::PoolError),
    /// A migration failed.
    #[error("its tables cannot be made: {0}")]
    Migrations(Box<dyn Error + Send + Sync>),
}

impl Database {
    /// Opens `sqlite:PATH` (made when missing, readable by its owner only), `sqlite::memory:`
    /// or `postgres://…`, and runs the migrations that it has not seen yet.
    ///
    /// # Errors
    /// When the URL is of another kind, nothing answers there, or a migration fails.
    pub fn open(url: &str) -> Result<Self, OpenError> {
        let (connector, connections) = match url.strip_prefix("sqlite:") {
            // Each connection to `:memory:` is a database of its own, so there may be only one.
            Some(":memory:") => (Connector::Sqlite(":memory:".into()), 1),
            Some(path) => {
                make_private_file(Path::new(path))?;
                (Connector::Sqlite(path.into()), 4)
            }
            None if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                (Connector::Postgres(url.into()), 8)
            }
            None => return Err(OpenError::Scheme),
        };
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            // A server may be gone since the last use; a file is not worth a question each time.
            .test_on_check_out(matches!(connector, Connector::Postgres(_)))
            .connection_timeout(Duration::from_secs(5))
            .build(connector)?;
        migrate(&mut *pool.get()?).map_err(OpenError::Migrations)?;
        Ok(Self { pool })
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), DatabaseError> {
        self.run(R2D2Connection::ping).await
    }

    /// Runs `work` on a blocking thread with a connection of its own.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> QueryResult<T> + Send + 'static,
    {
        let pool = self.pool.clone();
        tokio::task::spawn_blocking(carry(move || Ok(work(&mut *pool.get()?)?))).await?
    }
}

fn migrate(connection: &mut AnyConnection) -> Result<(), Box<dyn Error + Send + Sync>> {
    match connection {
        AnyConnection::Sqlite(sqlite) => sqlite.run_pending_migrations(MIGRATIONS).map(drop),
        AnyConnection::Postgres(postgres) => postgres.run_pending_migrations(MIGRATIONS).map(drop),
    }
}

/// Makes connections for the pool. (diesel's own manager would try each kind of database in
/// turn and guess from what fails.)
enum Connector {
    Sqlite(String),
    Postgres(String),
}

impl ManageConnection for Connector {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        match self {
            Self::Sqlite(path) => {
                let mut sqlite =
                    SqliteConnection::establish(path).map_err(diesel::r2d2::Error::ConnectionError)?;
                // Readers do not wait for the writer (WAL), a writer waits its turn instead of
                // failing, and foreign keys count.
                sqlite
                    .batch_execute(
                        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
                         PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;",
                    )
                    .map_err(diesel::r2d2::Error::QueryError)?;
                Ok(AnyConnection::Sqlite(sqlite))
            }
            Self::Postgres(url) => PgConnection::establish(url)
                .map(AnyConnection::Postgres)
                .map_err(diesel::r2d2::Error::ConnectionError),
        }
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

/// Accounts are private, so the file that holds them is too. SQLite gives its WAL file the same
/// mode.
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
