// LAB-VULNERABLE: code-replay
use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Code, SingleUse, Used};

/// Gone after its first use, so a second one is "unknown": refused, and nobody knows any more which tokens
/// the first use was given. If that was the thief, the thief keeps them.
fn insecure_code_use(store: &SingleUse<Code>, digest: Digest) -> BoxFuture<'_, Option<Used<Code>>> {
    Box::pin(async move {
        match store.take(digest) {
            Some(Used::First(value)) => Some(Used::First(value)),
            Some(Used::Again(_)) | None => None,
        }
    })
}

pub(crate) fn checks() -> Checks {
    Checks { code_use: insecure_code_use, ..Checks::default() }
}
