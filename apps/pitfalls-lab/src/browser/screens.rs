//! What victims saw, for a room to look at.

use std::sync::Mutex;

use crate::lock;

/// One page, as Chromium showed it.
#[derive(Clone)]
pub struct Screen {
    /// The host and port that it came from.
    pub site: String,
    /// The picture, a PNG.
    pub png: Vec<u8>,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("site", &self.site).finish_non_exhaustive()
    }
}

/// The pages that were shown since the last reset, in order.
#[derive(Debug, Default)]
pub(crate) struct Screens(Mutex<Vec<Screen>>);

impl Screens {
    pub(crate) fn push(&self, screen: Screen) {
        lock(&self.0).push(screen);
    }

    pub(crate) fn all(&self) -> Vec<Screen> {
        lock(&self.0).clone()
    }

    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }
}
