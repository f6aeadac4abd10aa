//! The database: SQLite or PostgreSQL behind one connection type, and transactions that may run again.
//!
//! A decision of the protocol is a synchronous function over one transaction. Its answer is one of three
//! (see [`Refused`]): a success and a protocol error are both committed, because an error may have something
//! to leave behind (a replayed code revokes tokens); only a fault of ours is rolled back.

mod connection;
mod fault;
mod stored;

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use auth_core::wire::carry;
use diesel::r2d2;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub(crate) use connection::Tx;
use connection::{Connector, Target};
pub(crate) use fault::Refused;
pub use fault::{DatabaseError, Fault};
pub(crate) use stored::StoredDigest;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// How often a transaction is run before its conflict is reported. Each run waits a little longer.
const ATTEMPTS: u32 = 10;

/// And for how long: a request that waits longer has been given up by whoever sent it. A start waits as long for others
/// that open or migrate the same database in the same moment.
const PATIENCE: Duration = Duration::from_secs(10);

/// A handle on the database; cloning it shares the connections.
#[derive(Clone)]
pub struct Database {
    pool: Arc<r2d2::Pool<Connector>>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database") // the address may hold a password
    }
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://…` and brings its tables up to date. Blocks.
    ///
    /// # Errors
    /// When the address is of no known kind, or the database can't be reached, made or migrated.
    pub fn open(url: &str) -> Result<Self, DatabaseError> {
        let target = Target::parse(url)?;
        target.prepare()?;
        let builder = r2d2::Pool::builder()
            // SQLite has one writer: one connection makes callers queue here, in order, and not in SQLite's
            // busy loop. It is never replaced, PostgreSQL's are (a server behind them may have moved).
            .max_size(target.connections())
            .min_idle(Some(1))
            .max_lifetime(target.connection_lifetime())
            .idle_timeout(target.connection_lifetime())
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(connection::LogConnectionErrors));
        let connector = Connector::new(target);
        // Connecting once by hand gives the reason at once; the pool would retry in silence.
        let first = patiently(
            // SQLite refuses to wait for whoever is just switching the same new file to its write-ahead log.
            |error: &r2d2::Error| error.to_string().contains("database is locked"),
            || r2d2::ManageConnection::connect(&connector),
        )
        .map_err(|error| DatabaseError::Connect(error.to_string()))?;
        drop(first);
        let pool = builder.build(connector).map_err(|error| DatabaseError::Connect(error.to_string()))?;
        let database = Self { pool: Arc::new(pool) };
        database.migrate()?;
        Ok(database)
    }

    /// Two servers may start at once: the one that loses the race finds nothing left to do on its next try.
    fn migrate(&self) -> Result<(), DatabaseError> {
        let mut connection = self.pool.get().map_err(|error| DatabaseError::Connect(error.to_string()))?;
        patiently(|_| true, || connection.run_pending_migrations(MIGRATIONS).map(drop))
            .map_err(|error| DatabaseError::Migrate(error.to_string()))
    }

    /// Runs `work` in a transaction, again if another one got in its way; so `work` must have no effect
    /// outside of it. Blocks: inside async code use [`Database::run`].
    ///
    /// # Errors
    /// What `work` refused with, or the fault that stopped it.
    pub(crate) fn transaction<T, E>(
        &self,
        mut work: impl FnMut(&mut Tx) -> Result<T, Refused<E>>,
    ) -> Result<T, Refused<E>> {
        let mut connection = self.pool.get().map_err(|_| Fault::Busy)?;
        let started = Instant::now();
        let mut attempt = 1;
        loop {
            let outcome = connection::in_transaction(&mut connection, &mut work);
            match outcome {
                Err(Refused::Fault(fault)) if fault.is_conflict() => {
                    if attempt == ATTEMPTS || started.elapsed() > PATIENCE {
                        return Err(Refused::Fault(Fault::Busy));
                    }
                    thread::sleep(backoff(attempt));
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// [`Database::transaction`] off the async threads.
    pub(crate) async fn run<T, E>(
        &self,
        work: impl FnMut(&mut Tx) -> Result<T, Refused<E>> + Send + 'static,
    ) -> Result<T, Refused<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let database = self.clone();
        tokio::task::spawn_blocking(carry(move || database.transaction(work)))
            .await
            .unwrap_or(Err(Refused::Fault(Fault::Stopped)))
    }

    /// Whether a transaction can be had now: what `/readyz` asks.
    pub(crate) async fn is_ready(&self) -> bool {
        self.run(|tx| Ok::<_, Refused<()>>(connection::ping(tx)?)).await.is_ok()
    }
}

/// 2, 4, 6 … milliseconds, and a few more by chance so that two that collided don't collide again.
fn backoff(attempt: u32) -> Duration {
    let [chance] = auth_core::secret::random_bytes::<1>();
    Duration::from_millis(u64::from(attempt) * 2 + u64::from(chance % 8))
}

/// Does `work` again, for as long as [`PATIENCE`], while what stops it `may_pass`.
fn patiently<T, E>(may_pass: impl Fn(&E) -> bool, mut work: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    let started = Instant::now();
    loop {
        match work() {
            Err(error) if may_pass(&error) && started.elapsed() < PATIENCE => thread::sleep(backoff(10)),
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests;
