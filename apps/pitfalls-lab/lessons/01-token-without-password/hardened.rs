use std::sync::LazyLock;

use auth_core::password::Passwords;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, PasswordCheck};

/// At most two passwords are hashed at a time: hashing is slow on purpose.
static PASSWORDS: LazyLock<Passwords> = LazyLock::new(|| Passwords::new(2));

/// Argon2id, and the same work for a user who does not exist.
fn password(check: PasswordCheck) -> BoxFuture<'static, bool> {
    Box::pin(async move {
        let verified = PASSWORDS.verify(&check.password, check.stored.as_deref()).await;
        verified.is_ok_and(|verification| verification.ok)
    })
}

pub(crate) fn checks() -> Checks {
    Checks { password, ..Checks::default() }
}
