use auth_core::redirect_uri::{self, RedirectUri, RedirectUriError};
use pitfalls_lab::checks::Checks;

/// Exact string comparison. Nothing is normalised, and nothing is a pattern.
fn redirect_uri(registered: &[RedirectUri], presented: Option<&str>) -> Result<String, RedirectUriError> {
    redirect_uri::select(registered, presented)
}

pub(crate) fn checks() -> Checks {
    Checks { redirect_uri, ..Checks::default() }
}
