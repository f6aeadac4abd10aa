use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Code, SingleUse, Used};

/// Looks and marks in one step, under one lock; in a database, one conditional UPDATE whose row count
/// decides.
fn code_use(store: &SingleUse<Code>, digest: Digest) -> BoxFuture<'_, Option<Used<Code>>> {
    Box::pin(async move { store.take(digest) })
}

pub(crate) fn checks() -> Checks {
    Checks { code_use, ..Checks::default() }
}
