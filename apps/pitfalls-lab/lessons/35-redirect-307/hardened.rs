use http::StatusCode;
use pitfalls_lab::checks::Checks;

/// 303: come with GET, and without the form.
fn login_redirect() -> StatusCode {
    StatusCode::SEE_OTHER
}

pub(crate) fn checks() -> Checks {
    Checks { login_redirect, ..Checks::default() }
}
