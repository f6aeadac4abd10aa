// LAB-VULNERABLE: localstorage-xss
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pitfalls_lab::checks::{BrowserState, Checks, SignedInTokens};

/// Not the token itself, but something that the page can turn into it. So can every script on the page.
fn insecure_browser_state(tokens: &SignedInTokens<'_>) -> BrowserState {
    BrowserState::LocalStorage(STANDARD.encode(tokens.access_token))
}

pub(crate) fn checks() -> Checks {
    Checks { browser_state: insecure_browser_state, ..Checks::default() }
}
