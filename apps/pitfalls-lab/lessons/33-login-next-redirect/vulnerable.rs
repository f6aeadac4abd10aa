// LAB-VULNERABLE: login-next-redirect
use pitfalls_lab::checks::Checks;

/// Back to where the visitor came from, says the parameter.
fn insecure_next(asked: Option<&str>) -> String {
    asked.unwrap_or("/").to_owned()
}

pub(crate) fn checks() -> Checks {
    Checks { next: insecure_next, ..Checks::default() }
}
