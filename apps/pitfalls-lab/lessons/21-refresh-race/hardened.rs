use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Refresh, SingleUse, Used};

/// Looks and marks in one step. (A short grace, as the authorization server of this repository has, must
/// give the same successor again, and never a second chain.)
fn refresh_use(store: &SingleUse<Refresh>, digest: Digest) -> BoxFuture<'_, Option<Used<Refresh>>> {
    Box::pin(async move { store.take(digest) })
}

pub(crate) fn checks() -> Checks {
    Checks { refresh_use, ..Checks::default() }
}
