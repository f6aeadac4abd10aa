//! Passwords: hashed with Argon2id, verified in equal time for users that exist and users that do
//! not, and never more at once than the machine can bear.
//!
//! The parameters are the OWASP cheat sheet's first choice for Argon2id: 19 MiB, two passes, one
//! lane. Hashes from elsewhere keep working: bcrypt and weaker Argon2 verify, and
//! [`Verification::upgrade`] then carries a new hash to store in their place.
//!
//! # Example
//! ```
//! use auth_core::password::Passwords;
//! use auth_core::secret::Password;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let passwords = Passwords::new(2);
//! let stored = passwords.hash(&Password::new("correct horse")).await?;
//! assert!(passwords.verify(&Password::new("correct horse"), Some(&stored)).await?.ok);
//! assert!(!passwords.verify(&Password::new("guess"), Some(&stored)).await?.ok);
//! // An unknown user costs the same and fails the same.
//! assert!(!passwords.verify(&Password::new("guess"), None).await?.ok);
//! # Ok::<(), auth_core::password::PasswordError>(()) }).unwrap();
//! ```

mod hashing;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::secret::Password;

/// How long a sign-in waits for its turn before it is told to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Hashes and verifies passwords off the async threads, a few at a time. Cloning it shares the
/// limit.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

/// The outcome of comparing a password with what is stored.
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Verification {
    /// Whether the password is right.
    pub ok: bool,
    /// A new hash of the same password, to be stored in place of the old one, which was made with
    /// bcrypt or with a weaker Argon2. Only ever present when `ok`.
    pub upgrade: Option<String>,
}

impl std::fmt::Debug for Verification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verification")
            .field("ok", &self.ok)
            .field("upgrade", &self.upgrade.as_ref().map(|_| "[redacted]"))
            .finish()
    }
}

/// Why a password was neither accepted nor refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting already: answer 503 with Retry-After.
    #[error("too many passwords are being checked at the moment")]
    Busy,
    /// What is stored is not a hash of a known kind: the data is damaged or from another system.
    #[error("the stored password hash is not Argon2 or bcrypt")]
    UnknownHash,
    /// Hashing itself failed.
    #[error("hashing the password failed")]
    Failed,
}

impl Passwords {
    /// At most `max_concurrent` passwords are hashed at once, each with 19 MiB of memory on a
    /// thread of its own. The number of processors is a good choice.
    pub fn new(max_concurrent: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(max_concurrent.max(1))) }
    }

    /// Hashes a password for storage, as a PHC string with a salt of its own.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] and [`PasswordError::Failed`].
    pub async fn hash(&self, password: &Password) -> Result<String, PasswordError> {
        let password = bytes_of(password);
        self.in_turn(move || hashing::hash(&password)).await
    }

    /// Compares a password with the stored hash of the user who is signing in. `None` stands for
    /// a user who does not exist: the same work is done, so that the time says nothing about
    /// who has an account. (A bcrypt hash takes its own time until the first sign-in replaces
    /// it.)
    ///
    /// # Errors
    /// Every [`PasswordError`]. A wrong password is not an error.
    pub async fn verify(
        &self,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<Verification, PasswordError> {
        let password = bytes_of(password);
        let stored = stored.map(str::to_owned);
        self.in_turn(move || match stored {
            Some(stored) => hashing::verify(&password, &stored),
            None => hashing::verify_nobody(&password),
        })
        .await
    }

    /// Runs `work` on a blocking thread when it is its turn.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turns = Arc::clone(&self.turns);
        let turn = tokio::time::timeout(LONGEST_WAIT, turns.acquire_owned())
            .await
            .map_err(|_| PasswordError::Busy)?
            .map_err(|_| PasswordError::Failed)?;
        tokio::task::spawn_blocking(move || {
            // The turn ends with the work, not with the request: a client that hangs up early
            // does not free a place while its password is still being hashed.
            let _turn = turn;
            work()
        })
        .await
        .map_err(|_| PasswordError::Failed)?
    }
}

fn bytes_of(password: &Password) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(password.secret().as_bytes().to_vec())
}

#[cfg(test)]
mod tests;
