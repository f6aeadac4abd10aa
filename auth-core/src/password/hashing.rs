//! The hashing itself, blocking.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

use super::{PasswordError, Verification};

/// OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

fn argon2id() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

pub(super) fn hash(password: &[u8]) -> Result<String, PasswordError> {
    let hash = argon2id()?.hash_password(password).map_err(|_| PasswordError::Failed)?;
    Ok(hash.to_string())
}

pub(super) fn verify(password: &[u8], stored: &str) -> Result<Verification, PasswordError> {
    let (ok, current) = if is_bcrypt(stored) {
        let ok = bcrypt::verify(password, stored).map_err(|_| PasswordError::UnknownHash)?;
        (ok, false)
    } else {
        let stored = PasswordHash::new(stored).map_err(|_| PasswordError::UnknownHash)?;
        // The parameters are those of the stored hash; the comparison takes constant time.
        match argon2id()?.verify_password(password, &stored) {
            Ok(()) => (true, is_current(&stored)),
            Err(argon2::password_hash::Error::PasswordInvalid) => (false, true),
            Err(_) => return Err(PasswordError::UnknownHash),
        }
    };
    let upgrade = if ok && !current { Some(hash(password)?) } else { None };
    Ok(Verification { ok, upgrade })
}

/// The work of [`verify`] for a user who does not exist. The password is hashed and the hash
/// forgotten, whatever it is.
pub(super) fn verify_nobody(password: &[u8]) -> Result<Verification, PasswordError> {
    std::hint::black_box(hash(password)?);
    Ok(Verification { ok: false, upgrade: None })
}

/// 2a, 2b and 2y are the same algorithm under three names; 2x is a broken one.
fn is_bcrypt(stored: &str) -> bool {
    ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| stored.starts_with(prefix))
}

/// Whether a hash is at least as strong as a new one would be.
fn is_current(stored: &PasswordHash) -> bool {
    stored.algorithm == Algorithm::Argon2id.ident()
        && stored.version == Some(Version::V0x13.into())
        && Params::try_from(stored)
            .is_ok_and(|params| params.m_cost() >= MEMORY_KIB && params.t_cost() >= PASSES)
}
