// Your repair of redirect-uri-parser-diff. It is vulnerable as it stands (LAB-VULNERABLE: redirect-uri-parser-diff).
// Edit it, then:  cargo run -p pitfalls-lab -- check redirect-uri-parser-diff
use auth_core::redirect_uri::{RedirectUri, RedirectUriError};
use pitfalls_lab::checks::Checks;

/// The host is what stands between `//` and the next `:` or `/`. So this parser says; a browser says
/// that what stands before an `@` is a user name.
fn insecure_host(uri: &str) -> Option<&str> {
    uri.split_once("//")?.1.split([':', '/']).next()
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
