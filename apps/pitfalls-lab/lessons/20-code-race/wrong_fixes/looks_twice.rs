// LAB-VULNERABLE: code-race
use std::time::Duration;

use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Code, SingleUse, Used};

/// Looks again before it marks. So does everybody else.
fn insecure_code_use(store: &SingleUse<Code>, digest: Digest) -> BoxFuture<'_, Option<Used<Code>>> {
    Box::pin(async move {
        let (value, before) = store.peek(digest)?;
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (_, meanwhile) = store.peek(digest)?;
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        store.mark_used(digest);
        Some(if before || meanwhile { Used::Again(value) } else { Used::First(value) })
    })
}

pub(crate) fn checks() -> Checks {
    Checks { code_use: insecure_code_use, ..Checks::default() }
}
