// LAB-VULNERABLE: refresh-reuse
use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Refresh, SingleUse, Used};

/// Rotates, and refuses the old token, and that is all. Whoever came first keeps the family; here that is
/// the thief, and Alice is the one who is thrown out.
fn insecure_refresh_use(store: &SingleUse<Refresh>, digest: Digest) -> BoxFuture<'_, Option<Used<Refresh>>> {
    Box::pin(async move {
        match store.take(digest) {
            Some(Used::First(value)) => Some(Used::First(value)),
            Some(Used::Again(_)) | None => None,
        }
    })
}

pub(crate) fn checks() -> Checks {
    Checks { refresh_use: insecure_refresh_use, ..Checks::default() }
}
