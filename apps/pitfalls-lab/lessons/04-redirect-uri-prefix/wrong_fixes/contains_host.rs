// LAB-VULNERABLE: redirect-uri-prefix
use auth_core::redirect_uri::{RedirectUri, RedirectUriError};
use pitfalls_lab::checks::Checks;
use url::Url;

/// Parses properly, and then asks whether the right host is *in* the host.
fn insecure_redirect_uri(
    registered: &[RedirectUri],
    presented: Option<&str>,
) -> Result<String, RedirectUriError> {
    let presented = presented.ok_or(RedirectUriError::Missing)?;
    let host = |uri: &str| Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_owned));
    let wanted = host(presented).ok_or(RedirectUriError::Mismatch)?;
    let fits = |uri: &RedirectUri| host(uri.as_str()).is_some_and(|ours| wanted.contains(&ours));
    registered.iter().any(fits).then(|| presented.to_owned()).ok_or(RedirectUriError::Mismatch)
}

pub(crate) fn checks() -> Checks {
    Checks { redirect_uri: insecure_redirect_uri, ..Checks::default() }
}
