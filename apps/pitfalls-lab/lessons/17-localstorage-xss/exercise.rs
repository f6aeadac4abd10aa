// Your repair of localstorage-xss. It is vulnerable as it stands (LAB-VULNERABLE: localstorage-xss).
// Edit it, then:  cargo run -p pitfalls-lab -- check localstorage-xss
use pitfalls_lab::checks::{BrowserState, Checks, SignedInTokens};

/// The page's script gets the access token and keeps it, where every other script finds it.
fn insecure_browser_state(tokens: &SignedInTokens<'_>) -> BrowserState {
    BrowserState::LocalStorage(tokens.access_token.to_owned())
}

pub(crate) fn checks() -> Checks {
    Checks { browser_state: insecure_browser_state, ..Checks::default() }
}
