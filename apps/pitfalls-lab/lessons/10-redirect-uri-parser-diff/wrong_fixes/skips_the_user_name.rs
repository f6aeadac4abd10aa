// LAB-VULNERABLE: redirect-uri-parser-diff
use auth_core::redirect_uri::{RedirectUri, RedirectUriError};
use pitfalls_lab::checks::Checks;

/// Knows about user names now, and looks behind the first `@`. A browser looks behind the last one.
fn insecure_host(uri: &str) -> Option<&str> {
    let authority = uri.split_once("//")?.1.split('/').next()?;
    let host = authority.split_once('@').map_or(authority, |(_, host)| host);
    host.split(':').next()
}

fn insecure_redirect_uri(
    registered: &[RedirectUri],
    presented: Option<&str>,
) -> Result<String, RedirectUriError> {
    let presented = presented.ok_or(RedirectUriError::Missing)?;
    let same_host = |uri: &RedirectUri| insecure_host(uri.as_str()) == insecure_host(presented);
    registered.iter().any(same_host).then(|| presented.to_owned()).ok_or(RedirectUriError::Mismatch)
}

pub(crate) fn checks() -> Checks {
    Checks { redirect_uri: insecure_redirect_uri, ..Checks::default() }
}
