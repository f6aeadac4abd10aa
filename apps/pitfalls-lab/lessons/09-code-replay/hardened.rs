use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Code, SingleUse, Used};

/// Marks it in the same step, and remembers whose it was, so that a second use can end the first one's tokens.
fn code_use(store: &SingleUse<Code>, digest: Digest) -> BoxFuture<'_, Option<Used<Code>>> {
    Box::pin(async move { store.take(digest) })
}

pub(crate) fn checks() -> Checks {
    Checks { code_use, ..Checks::default() }
}
