//! A store of secrets that may be used once: codes and refresh tokens, by digest.

use std::collections::HashMap;
use std::sync::Mutex;

use auth_core::secret::Digest;
use futures::future::BoxFuture;

use crate::lock;

/// What is kept, and whether it has been used.
#[derive(Debug)]
pub struct SingleUse<T>(Mutex<HashMap<Digest, (T, bool)>>);

/// Something out of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Used<T> {
    /// This is its first use.
    First(T),
    /// It has been used before: somebody has a copy (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
    Again(T),
}

impl<T> Default for SingleUse<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> SingleUse<T> {
    /// Keeps `value` under the digest of its secret.
    pub fn put(&self, digest: Digest, value: T) {
        lock(&self.0).insert(digest, (value, false));
    }

    /// Looks and marks in one step, under one lock: of many at once, one is the first. In a
    /// database this is `UPDATE … SET used = true WHERE digest = ? AND used = false`, and its row
    /// count decides.
    pub fn take(&self, digest: Digest) -> Option<Used<T>> {
        let mut all = lock(&self.0);
        let (value, used) = all.get_mut(&digest)?;
        let before = std::mem::replace(used, true);
        Some(if before { Used::Again(value.clone()) } else { Used::First(value.clone()) })
    }

    /// Only looks: the value, and whether it has been used.
    pub fn peek(&self, digest: Digest) -> Option<(T, bool)> {
        lock(&self.0).get(&digest).cloned()
    }

    /// Only marks.
    pub fn mark_used(&self, digest: Digest) {
        if let Some((_, used)) = lock(&self.0).get_mut(&digest) {
            *used = true;
        }
    }
}

pub(super) fn take_once<T: Clone + Send>(
    store: &SingleUse<T>,
    digest: Digest,
) -> BoxFuture<'_, Option<Used<T>>> {
    Box::pin(async move { store.take(digest) })
}
