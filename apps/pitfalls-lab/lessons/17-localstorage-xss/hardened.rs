use pitfalls_lab::checks::{BrowserState, Checks, SignedInTokens};

/// The tokens stay on the server. The browser holds a session cookie that no script can read.
fn browser_state(_tokens: &SignedInTokens<'_>) -> BrowserState {
    BrowserState::HttpOnlyCookie
}

pub(crate) fn checks() -> Checks {
    Checks { browser_state, ..Checks::default() }
}
