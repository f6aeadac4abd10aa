//! One connection type over both databases, and how each of them is opened.

use std::{fs::OpenOptions, path::Path, time::Duration};

use diesel::{
    Connection, ConnectionError, PgConnection, QueryResult, SqliteConnection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    r2d2::{self, ManageConnection, R2D2Connection},
};

use super::{DatabaseError, Refused};

/// A connection inside a transaction: what every decision works on.
pub(crate) type Tx = AnyConnection;

#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// What a database address names.
pub(super) enum Target {
    Sqlite { path: String },
    Postgres { url: String },
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, DatabaseError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres { url: url.to_owned() });
        }
        match url.strip_prefix("sqlite:") {
            // `file:` and `:memory:` would make SQLite read the path as something else than a path.
            Some(path) if !path.is_empty() && !path.starts_with("file:") && !path.starts_with(':') => {
                let path = path.strip_prefix("//").unwrap_or(path).to_owned();
                Ok(Self::Sqlite { path })
            }
            _ => Err(DatabaseError::Address),
        }
    }

    /// Makes the SQLite file before SQLite does, readable by its owner only. SQLite gives its write-ahead
    /// log the same mode.
    pub(super) fn prepare(&self) -> Result<(), DatabaseError> {
        let Self::Sqlite { path } = self else { return Ok(()) };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(Path::new(path)) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(DatabaseError::Connect(format!("{path}: {error}"))),
        }
    }

    pub(super) fn connections(&self) -> u32 {
        match self {
            Self::Sqlite { .. } => 1,
            Self::Postgres { .. } => 10,
        }
    }

    pub(super) fn connection_lifetime(&self) -> Option<Duration> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { .. } => Some(Duration::from_secs(30 * 60)),
        }
    }
}

/// Opens connections for the pool. Not diesel's own manager: that one would try each kind of database in
/// turn, and make a SQLite file named `postgres:…` when PostgreSQL is down.
pub(super) struct Connector {
    target: Target,
}

impl Connector {
    pub(super) fn new(target: Target) -> Self {
        Self { target }
    }
}

impl ManageConnection for Connector {
    type Connection = AnyConnection;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, r2d2::Error> {
        let connection = match &self.target {
            Target::Sqlite { path } => open_sqlite(path).map(AnyConnection::Sqlite),
            Target::Postgres { url } => open_postgres(url).map(AnyConnection::Postgres),
        };
        connection.map_err(r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), r2d2::Error> {
        connection.ping().map_err(r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        // A panic in the middle of a transaction leaves it open: such a connection is not used again.
        std::thread::panicking() || connection.is_broken()
    }
}

fn open_sqlite(path: &str) -> Result<SqliteConnection, ConnectionError> {
    let mut connection = SqliteConnection::establish(path)?;
    connection
        .batch_execute(
            // The timeout comes first: the others may already meet another process (the commands work
            // while the server runs). FULL, because what was answered must be so: with WAL's usual NORMAL
            // a power cut takes back the last revocations and rotations.
            "PRAGMA busy_timeout = 5000;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;",
        )
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

fn open_postgres(url: &str) -> Result<PgConnection, ConnectionError> {
    let mut connection = PgConnection::establish(url)?;
    connection
        .batch_execute(
            "SET statement_timeout = '10s';
             SET idle_in_transaction_session_timeout = '30s';",
        )
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// Once through `work`: committed unless it met a fault of ours.
pub(super) fn in_transaction<T, E>(
    connection: &mut AnyConnection,
    work: &mut impl FnMut(&mut Tx) -> Result<T, Refused<E>>,
) -> Result<T, Refused<E>> {
    begin(connection)?;
    let outcome = work(connection);
    match outcome {
        Err(Refused::Fault(fault)) => {
            // The fault is what matters; a connection that can't even roll back is dropped by the pool.
            let _ = <AnyConnection as Connection>::TransactionManager::rollback_transaction(connection);
            Err(Refused::Fault(fault))
        }
        outcome => {
            if let Err(error) =
                <AnyConnection as Connection>::TransactionManager::commit_transaction(connection)
            {
                // Still open after a failed COMMIT (SQLite busy): leave nothing behind.
                let _ = <AnyConnection as Connection>::TransactionManager::rollback_transaction(connection);
                return Err(error.into());
            }
            outcome
        }
    }
}

// ANCHOR: begin
fn begin(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        // IMMEDIATE takes the write lock now: a transaction that begins by reading would otherwise fail with
        // SQLITE_BUSY, past every timeout, when it comes to write and another process wrote in between.
        AnyConnection::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")
        }
        // READ COMMITTED is enough, because nothing is decided by reading and then writing: a conditional
        // UPDATE waits for the other writer, looks again and reports how many rows were still as expected.
        AnyConnection::Postgres(postgres) => {
            AnsiTransactionManager::begin_transaction_sql(postgres, "BEGIN ISOLATION LEVEL READ COMMITTED")
        }
    }
}
// ANCHOR_END: begin

pub(super) fn ping(connection: &mut AnyConnection) -> QueryResult<()> {
    connection.ping()
}

#[derive(Debug)]
pub(super) struct LogConnectionErrors;

impl<E: std::error::Error> r2d2::HandleError<E> for LogConnectionErrors {
    fn handle_error(&self, error: E) {
        tracing::error!(%error, "no connection to the database");
    }
}
