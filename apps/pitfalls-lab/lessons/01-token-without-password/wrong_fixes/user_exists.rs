// LAB-VULNERABLE: token-without-password
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, PasswordCheck};

/// Refuses unknown users and empty passwords, and calls that authentication. The password itself is
/// still never compared; and the refusal now tells which user names exist.
fn insecure_password(check: PasswordCheck) -> BoxFuture<'static, bool> {
    Box::pin(async move { check.stored.is_some() && !check.password.secret().is_empty() })
}

pub(crate) fn checks() -> Checks {
    Checks { password: insecure_password, ..Checks::default() }
}
