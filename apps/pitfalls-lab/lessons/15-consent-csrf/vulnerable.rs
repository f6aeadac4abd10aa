// LAB-VULNERABLE: consent-csrf
use pitfalls_lab::checks::{Checks, ConsentForm};

/// Whoever sends the form has the session's cookie, so it is the user. It is the user's *browser*.
fn insecure_consent_form(_form: &ConsentForm<'_>) -> bool {
    true
}

pub(crate) fn checks() -> Checks {
    Checks { consent_form: insecure_consent_form, ..Checks::default() }
}
