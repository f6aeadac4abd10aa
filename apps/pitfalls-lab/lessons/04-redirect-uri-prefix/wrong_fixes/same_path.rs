// LAB-VULNERABLE: redirect-uri-prefix
use auth_core::redirect_uri::{RedirectUri, RedirectUriError};
use pitfalls_lab::checks::Checks;

/// Asks for the right beginning *and* the right end. What lies between is the attacker's.
fn insecure_redirect_uri(
    registered: &[RedirectUri],
    presented: Option<&str>,
) -> Result<String, RedirectUriError> {
    let presented = presented.ok_or(RedirectUriError::Missing)?;
    let fits = |uri: &RedirectUri| {
        let (origin, rest) = uri.as_str().rsplit_once(':').unwrap_or((uri.as_str(), ""));
        let path = rest.find('/').map_or("", |slash| &rest[slash..]);
        presented.starts_with(origin) && presented.ends_with(path)
    };
    registered.iter().any(fits).then(|| presented.to_owned()).ok_or(RedirectUriError::Mismatch)
}

pub(crate) fn checks() -> Checks {
    Checks { redirect_uri: insecure_redirect_uri, ..Checks::default() }
}
