// LAB-VULNERABLE: blocking-no-timeout
use std::time::Duration;

use auth_core::http_client::{HttpClient, HttpError};
use pitfalls_lab::checks::Checks;

/// Limits how long a connection may take to begin. The attacker's server accepts at once, and is silent.
fn insecure_http_client() -> Result<HttpClient, HttpError> {
    let connect = Duration::from_secs(1);
    HttpClient::builder().connect_timeout(connect).timeout(Duration::from_secs(3600)).build()
}

pub(crate) fn checks() -> Checks {
    Checks { http_client: insecure_http_client, ..Checks::default() }
}
