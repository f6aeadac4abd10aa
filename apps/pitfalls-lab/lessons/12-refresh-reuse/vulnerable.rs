// LAB-VULNERABLE: refresh-reuse
use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Refresh, SingleUse, Used};

/// The old token keeps working beside the new one, "in case the answer got lost".
fn insecure_refresh_use(store: &SingleUse<Refresh>, digest: Digest) -> BoxFuture<'_, Option<Used<Refresh>>> {
    Box::pin(async move { store.peek(digest).map(|(value, _)| Used::First(value)) })
}

pub(crate) fn checks() -> Checks {
    Checks { refresh_use: insecure_refresh_use, ..Checks::default() }
}
