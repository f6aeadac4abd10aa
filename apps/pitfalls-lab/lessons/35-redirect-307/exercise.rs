// Your repair of redirect-307. It is vulnerable as it stands (LAB-VULNERABLE: redirect-307).
// Edit it, then:  cargo run -p pitfalls-lab -- check redirect-307
use http::StatusCode;
use pitfalls_lab::checks::Checks;

/// "Temporary redirect" sounds right: the login page moved on.
fn insecure_login_redirect() -> StatusCode {
    StatusCode::TEMPORARY_REDIRECT
}

pub(crate) fn checks() -> Checks {
    Checks { login_redirect: insecure_login_redirect, ..Checks::default() }
}
