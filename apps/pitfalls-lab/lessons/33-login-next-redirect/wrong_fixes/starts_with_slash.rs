// LAB-VULNERABLE: login-next-redirect
use pitfalls_lab::checks::Checks;

/// A path begins with a slash. So does `//evil`, which is a host.
fn insecure_next(asked: Option<&str>) -> String {
    asked.filter(|next| next.starts_with('/')).unwrap_or("/").to_owned()
}

pub(crate) fn checks() -> Checks {
    Checks { next: insecure_next, ..Checks::default() }
}
