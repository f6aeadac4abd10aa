// LAB-VULNERABLE: consent-csrf
use pitfalls_lab::checks::{Checks, ConsentForm};

/// There must be a token, and a long one.
fn insecure_consent_form(form: &ConsentForm<'_>) -> bool {
    form.presented.is_some_and(|token| token.len() >= 32)
}

pub(crate) fn checks() -> Checks {
    Checks { consent_form: insecure_consent_form, ..Checks::default() }
}
