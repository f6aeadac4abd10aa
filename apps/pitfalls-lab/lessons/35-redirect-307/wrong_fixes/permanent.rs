// LAB-VULNERABLE: redirect-307
use http::StatusCode;
use pitfalls_lab::checks::Checks;

/// Not temporary any more. The form still goes along.
fn insecure_login_redirect() -> StatusCode {
    StatusCode::PERMANENT_REDIRECT
}

pub(crate) fn checks() -> Checks {
    Checks { login_redirect: insecure_login_redirect, ..Checks::default() }
}
