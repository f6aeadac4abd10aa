// Your repair of token-without-password. It is vulnerable as it stands (LAB-VULNERABLE: token-without-password).
// Edit it, then:  cargo run -p pitfalls-lab -- check token-without-password
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, PasswordCheck};

/// "Verify user credentials" was a comment. Nobody wrote the code under it.
fn insecure_password(_check: PasswordCheck) -> BoxFuture<'static, bool> {
    Box::pin(async { true })
}

pub(crate) fn checks() -> Checks {
    Checks { password: insecure_password, ..Checks::default() }
}
