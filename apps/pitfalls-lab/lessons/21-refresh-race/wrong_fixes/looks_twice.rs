// LAB-VULNERABLE: refresh-race
use std::time::Duration;

use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Refresh, SingleUse, Used};

/// Looks again before it marks. So does everybody else.
fn insecure_refresh_use(store: &SingleUse<Refresh>, digest: Digest) -> BoxFuture<'_, Option<Used<Refresh>>> {
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
    Checks { refresh_use: insecure_refresh_use, ..Checks::default() }
}
