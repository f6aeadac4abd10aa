// Your repair of refresh-race. It is vulnerable as it stands (LAB-VULNERABLE: refresh-race).
// Edit it, then:  cargo run -p pitfalls-lab -- check refresh-race
use std::time::Duration;

use auth_core::secret::Digest;
use futures::future::BoxFuture;
use pitfalls_lab::checks::{Checks, Refresh, SingleUse, Used};

/// Looks, decides, and then marks. Between looking and marking there is room for many.
fn insecure_refresh_use(store: &SingleUse<Refresh>, digest: Digest) -> BoxFuture<'_, Option<Used<Refresh>>> {
    Box::pin(async move {
        let (value, used) = store.peek(digest)?;
        // More queries on their way to the database.
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        store.mark_used(digest);
        Some(if used { Used::Again(value) } else { Used::First(value) })
    })
}

pub(crate) fn checks() -> Checks {
    Checks { refresh_use: insecure_refresh_use, ..Checks::default() }
}
