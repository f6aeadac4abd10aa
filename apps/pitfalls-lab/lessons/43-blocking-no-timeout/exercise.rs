// Your repair of blocking-no-timeout. It is vulnerable as it stands (LAB-VULNERABLE: blocking-no-timeout).
// Edit it, then:  cargo run -p pitfalls-lab -- check blocking-no-timeout
use std::time::Duration;

use auth_core::http_client::{HttpClient, HttpError};
use pitfalls_lab::checks::Checks;

/// `requests.post(TOKEN_URL, data=data)` waits for ever. An hour is for ever, too.
fn insecure_http_client() -> Result<HttpClient, HttpError> {
    HttpClient::builder().timeout(Duration::from_secs(3600)).build()
}

pub(crate) fn checks() -> Checks {
    Checks { http_client: insecure_http_client, ..Checks::default() }
}
