//! Keys in the database: made, sealed and rotated.

use auth_core::{
    clock::Timestamp,
    jwt::{Algorithm, SigningKey},
    secret::SealingKey,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::ALGORITHMS;
use crate::{
    db::{Database, DatabaseError, Fault, Refused, Tx},
    models::signing_keys::{ACTIVE, NEXT, StoredKey},
    settings::{KEY_RETIREMENT, MasterKey},
};

/// Makes an active and a next key for each algorithm that lacks one. Two servers may start at once: a key
/// that the other was quicker to make is thrown away.
pub(super) fn make_missing(
    database: &Database,
    master_key: &MasterKey,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let missing = run(database, |tx| missing(tx, now))?;
    for (algorithm, slot) in missing {
        // Outside the transaction: finding an RSA key takes a moment, and SQLite has one writer.
        let key = generate(master_key, algorithm, slot, now).map_err(DatabaseError::Keys)?;
        run(database, |tx| {
            if self::missing(tx, now)?.contains(&(algorithm, slot)) {
                key.insert(tx)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn missing(tx: &mut Tx, now: Timestamp) -> Result<Vec<(Algorithm, &'static str)>, Fault> {
    let present = StoredKey::published(tx, now)?;
    let is_present = |algorithm: Algorithm, slot: &str| {
        present.iter().any(|key| key.algorithm == algorithm.as_str() && key.slot.as_deref() == Some(slot))
    };
    let wanted = ALGORITHMS.into_iter().flat_map(|algorithm| [(algorithm, ACTIVE), (algorithm, NEXT)]);
    Ok(wanted.filter(|(algorithm, slot)| !is_present(*algorithm, slot)).collect())
}

// ANCHOR: rotate_keys
/// For each algorithm: the active key retires, the next one becomes active, and a new next one is made.
pub(crate) fn rotate(
    database: &Database,
    master_key: &MasterKey,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    make_missing(database, master_key, now)?;
    for algorithm in ALGORITHMS {
        let key = generate(master_key, algorithm, NEXT, now).map_err(DatabaseError::Keys)?;
        run(database, |tx| {
            // A key under another master key must not be promoted: no server could sign with it.
            for stored in StoredKey::published(tx, now)? {
                unseal(&stored, master_key)?;
            }
            StoredKey::promote(tx, algorithm.as_str(), now, now + KEY_RETIREMENT)?;
            key.insert(tx)
        })?;
    }
    Ok(())
}
// ANCHOR_END: rotate_keys

fn run<T>(
    database: &Database,
    mut work: impl FnMut(&mut Tx) -> Result<T, Fault>,
) -> Result<T, DatabaseError> {
    database.transaction(|tx| Ok::<T, Refused<()>>(work(tx)?)).map_err(|refused| match refused {
        Refused::Fault(fault) => DatabaseError::Keys(fault),
        Refused::Answer(()) => DatabaseError::Keys(Fault::Stopped),
    })
}

fn generate(
    master_key: &MasterKey,
    algorithm: Algorithm,
    slot: &str,
    now: Timestamp,
) -> Result<StoredKey, Fault> {
    let key = SigningKey::generate(algorithm).map_err(|_| Fault::Cryptography("making a signing key"))?;
    let private = key.to_pkcs8_der().ok_or(Fault::Cryptography("a key without a private half"))?;
    let sealed = sealing_key(master_key)
        .seal(&private, &context(key.kid(), algorithm.as_str()))
        .map_err(|_| Fault::Cryptography("sealing a signing key"))?;
    Ok(StoredKey {
        kid: key.kid().to_owned(),
        algorithm: algorithm.as_str().to_owned(),
        slot: Some(slot.to_owned()),
        sealed_private_key: URL_SAFE_NO_PAD.encode(sealed),
        created_at: now.unix(),
        activated_at: (slot == ACTIVE).then(|| now.unix()),
        retires_at: None,
    })
}

pub(super) fn unseal(stored: &StoredKey, master_key: &MasterKey) -> Result<SigningKey, Fault> {
    let algorithm = Algorithm::parse(&stored.algorithm).ok_or(Fault::Unreadable("signing_keys.algorithm"))?;
    let sealed = URL_SAFE_NO_PAD
        .decode(&stored.sealed_private_key)
        .map_err(|_| Fault::Unreadable("signing_keys.sealed_private_key"))?;
    let private = sealing_key(master_key)
        .open(&sealed, &context(&stored.kid, &stored.algorithm))
        .map_err(|_| Fault::MasterKey)?;
    SigningKey::from_pkcs8_der(&stored.kid, algorithm, &private)
        .map_err(|_| Fault::Unreadable("signing_keys.sealed_private_key"))
}

fn sealing_key(master_key: &MasterKey) -> SealingKey {
    SealingKey::derive(master_key.bytes(), "authorization-server signing keys")
}

/// A sealed key opens only in the row that it was sealed for.
fn context(kid: &str, algorithm: &str) -> Vec<u8> {
    format!("{algorithm} {kid}").into_bytes()
}
