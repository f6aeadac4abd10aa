use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Refresh, SingleUse, Used};

/// Used once. A second use ends the whole family, for one of the two holders is a thief.
fn refresh_use(store: &SingleUse<Refresh>, digest: Digest) -> BoxFuture<'_, Option<Used<Refresh>>> {
    Box::pin(async move { store.take(digest) })
}

pub(crate) fn checks() -> Checks {
    Checks { refresh_use, ..Checks::default() }
}
