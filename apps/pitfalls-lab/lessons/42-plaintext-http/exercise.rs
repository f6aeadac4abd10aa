// Your repair of plaintext-http. It is vulnerable as it stands (LAB-VULNERABLE: plaintext-http).
// Edit it, then:  cargo run -p pitfalls-lab -- check plaintext-http
use auth_core::redirect_uri::{ClientType, InvalidRedirectUri};
use pitfalls_lab::checks::Checks;
use url::Url;

/// Anything that is a URL may be registered, http included: "they will add TLS later".
fn insecure_registration(uri: &str, _client_type: ClientType) -> Result<(), InvalidRedirectUri> {
    Url::parse(uri).map(|_| ()).map_err(|_| InvalidRedirectUri::NotAbsolute)
}

pub(crate) fn checks() -> Checks {
    Checks { registration: insecure_registration, ..Checks::default() }
}
