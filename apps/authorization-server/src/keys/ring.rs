//! The keys in memory: two to sign with, and all that are published.

use auth_core::{
    clock::Timestamp,
    jwks::JwkSet,
    jwt::{Algorithm, SigningKey, VerificationKeys},
};

use super::{ACCESS_TOKEN_ALGORITHM, ID_TOKEN_ALGORITHM, store};
use crate::{
    db::{Fault, Tx},
    models::signing_keys::{ACTIVE, StoredKey},
    settings::MasterKey,
};

pub(crate) struct KeyRing {
    pub(crate) access_token_key: SigningKey,
    pub(crate) id_token_key: SigningKey,
    pub(crate) jwks: JwkSet,
    /// The same keys, for checking our own tokens.
    pub(crate) verification: VerificationKeys,
}

impl KeyRing {
    pub(super) fn read(tx: &mut Tx, master_key: &MasterKey, now: Timestamp) -> Result<Self, Fault> {
        let mut active: Vec<SigningKey> = Vec::new();
        let mut jwks = JwkSet::default();
        for stored in StoredKey::published(tx, now)? {
            let key = store::unseal(&stored, master_key)?;
            jwks.keys.extend(key.public_jwk());
            if stored.slot.as_deref() == Some(ACTIVE) {
                active.push(key);
            }
        }
        Ok(Self {
            access_token_key: take(&mut active, ACCESS_TOKEN_ALGORITHM)?,
            id_token_key: take(&mut active, ID_TOKEN_ALGORITHM)?,
            verification: VerificationKeys::from_jwks(&jwks),
            jwks,
        })
    }
}

fn take(active: &mut Vec<SigningKey>, algorithm: Algorithm) -> Result<SigningKey, Fault> {
    let at = active.iter().position(|key| key.algorithm() == algorithm);
    at.map(|at| active.swap_remove(at)).ok_or(Fault::Unreadable("signing_keys: there is no active key"))
}
