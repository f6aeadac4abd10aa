// LAB-VULNERABLE: redirect-uri-prefix
use auth_core::redirect_uri::{RedirectUri, RedirectUriError};
use pitfalls_lab::checks::Checks;

/// "It begins with our origin, so it is ours." A host name has no end until a / or a : says so.
fn insecure_redirect_uri(
    registered: &[RedirectUri],
    presented: Option<&str>,
) -> Result<String, RedirectUriError> {
    let presented = presented.ok_or(RedirectUriError::Missing)?;
    let begins = |uri: &RedirectUri| {
        let origin = uri.as_str().rsplit_once(':').map_or(uri.as_str(), |(origin, _)| origin);
        presented.starts_with(origin)
    };
    registered.iter().any(begins).then(|| presented.to_owned()).ok_or(RedirectUriError::Mismatch)
}

pub(crate) fn checks() -> Checks {
    Checks { redirect_uri: insecure_redirect_uri, ..Checks::default() }
}
