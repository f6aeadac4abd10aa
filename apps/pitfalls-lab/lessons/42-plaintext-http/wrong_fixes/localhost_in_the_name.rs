// LAB-VULNERABLE: plaintext-http
use auth_core::redirect_uri::{ClientType, InvalidRedirectUri};
use pitfalls_lab::checks::Checks;
use url::Url;

/// http for development only: "the host begins with localhost". Whose host it is stands at its end.
fn insecure_registration(uri: &str, _client_type: ClientType) -> Result<(), InvalidRedirectUri> {
    let url = Url::parse(uri).map_err(|_| InvalidRedirectUri::NotAbsolute)?;
    let development = url.host_str().is_some_and(|host| host.starts_with("localhost"));
    if url.scheme() == "https" || development { Ok(()) } else { Err(InvalidRedirectUri::InsecureHttp) }
}

pub(crate) fn checks() -> Checks {
    Checks { registration: insecure_registration, ..Checks::default() }
}
