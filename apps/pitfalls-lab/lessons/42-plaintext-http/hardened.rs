use auth_core::redirect_uri::{ClientType, InvalidRedirectUri, RedirectUri};
use pitfalls_lab::checks::Checks;

/// https; http only for hosts of this very machine, and never a fragment, a wildcard or a user name.
fn registration(uri: &str, client_type: ClientType) -> Result<(), InvalidRedirectUri> {
    RedirectUri::parse(uri, client_type).map(|_| ())
}

pub(crate) fn checks() -> Checks {
    Checks { registration, ..Checks::default() }
}
