// LAB-VULNERABLE: login-next-redirect
use pitfalls_lab::checks::Checks;

/// One slash and not two. A browser reads `\` as `/`, and this does not.
fn insecure_next(asked: Option<&str>) -> String {
    asked.filter(|next| next.starts_with('/') && !next.starts_with("//")).unwrap_or("/").to_owned()
}

pub(crate) fn checks() -> Checks {
    Checks { next: insecure_next, ..Checks::default() }
}
