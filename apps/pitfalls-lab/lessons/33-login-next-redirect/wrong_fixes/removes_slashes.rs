// LAB-VULNERABLE: login-next-redirect
use pitfalls_lab::checks::Checks;

/// Takes the two slashes out. What is left of one address may be another address, and `/\` has no two.
fn insecure_next(asked: Option<&str>) -> String {
    asked.unwrap_or("/").replace("//", "")
}

pub(crate) fn checks() -> Checks {
    Checks { next: insecure_next, ..Checks::default() }
}
