// Your repair of code-replay. It is vulnerable as it stands (LAB-VULNERABLE: code-replay).
// Edit it, then:  cargo run -p pitfalls-lab -- check code-replay
use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Code, SingleUse, Used};

/// Looks the code up. Nobody told it to remember that it has been used.
fn insecure_code_use(store: &SingleUse<Code>, digest: Digest) -> BoxFuture<'_, Option<Used<Code>>> {
    Box::pin(async move { store.peek(digest).map(|(value, _)| Used::First(value)) })
}

pub(crate) fn checks() -> Checks {
    Checks { code_use: insecure_code_use, ..Checks::default() }
}
