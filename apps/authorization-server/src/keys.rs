//! Signing keys: made on first start, sealed under the master key, rotated without a gap.
//!
//! For each algorithm there is one `active` key, which signs, and one `next`, which is published before it
//! ever signs: when a rotation promotes it, whoever caches the key set has it already. What signed until then
//! retires: it is published for as long as tokens of it may live.

mod ring;
mod store;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use auth_core::{clock::Clock, jwks::JwkSet, jwt::Algorithm};

pub(crate) use ring::KeyRing;
pub(crate) use store::rotate;

use crate::{
    db::{Database, DatabaseError, Fault, Refused, Tx},
    settings::MasterKey,
};

/// RFC 9068 §2.1 leaves the choice: ES256 is small and fast.
pub(crate) const ACCESS_TOKEN_ALGORITHM: Algorithm = Algorithm::ES256;
/// OpenID Connect Core §15.1: RS256 is what every client can verify.
pub(crate) const ID_TOKEN_ALGORITHM: Algorithm = Algorithm::RS256;

pub(crate) const ALGORITHMS: [Algorithm; 2] = [ACCESS_TOKEN_ALGORITHM, ID_TOKEN_ALGORITHM];

/// So long after `keys rotate` a running server still signs with the key before. It stays published, so
/// nobody notices.
const REREAD_AFTER: Duration = Duration::from_secs(3);

/// The keys of a running server.
#[derive(Clone)]
pub(crate) struct Keys(Arc<Inner>);

struct Inner {
    master_key: MasterKey,
    clock: Clock,
    // By the machine's own time and not by the clock: this is about other processes, not about the protocol.
    read: Mutex<Option<(Instant, Arc<KeyRing>)>>,
}

impl Keys {
    /// Opens the keys in the database, and makes those that are missing. Blocks.
    pub(crate) fn open(
        database: &Database,
        master_key: &MasterKey,
        clock: Clock,
    ) -> Result<Self, DatabaseError> {
        store::make_missing(database, master_key, clock.now())?;
        let keys = Self(Arc::new(Inner { master_key: master_key.clone(), clock, read: Mutex::new(None) }));
        // Now, and not at the first sign-in, is the time to learn that the master key is another one.
        database.transaction(|tx| Ok::<_, Refused<()>>(keys.ring(tx)?)).map_err(|refused| match refused {
            Refused::Fault(fault) => DatabaseError::Keys(fault),
            Refused::Answer(()) => DatabaseError::Keys(Fault::Stopped),
        })?;
        Ok(keys)
    }

    /// The keys as they are, or were a moment ago.
    pub(crate) fn ring(&self, tx: &mut Tx) -> Result<Arc<KeyRing>, Fault> {
        if let Some((read_at, ring)) = &*self.0.read.lock().unwrap_or_else(PoisonError::into_inner)
            && read_at.elapsed() < REREAD_AFTER
        {
            return Ok(Arc::clone(ring));
        }
        let ring = Arc::new(KeyRing::read(tx, &self.0.master_key, self.0.clock.now())?);
        let read = Some((Instant::now(), Arc::clone(&ring)));
        *self.0.read.lock().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(ring)
    }

    /// What `/.well-known/jwks.json` publishes.
    pub(crate) fn jwks(&self, tx: &mut Tx) -> Result<JwkSet, Fault> {
        Ok(self.ring(tx)?.jwks.clone())
    }
}

#[cfg(test)]
mod tests;
