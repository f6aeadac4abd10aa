// LAB-VULNERABLE: consent-csrf
use pitfalls_lab::checks::{Checks, ConsentForm};

/// The token must be one that this server has given out. Mallory has one, from her own consent page.
fn insecure_consent_form(form: &ConsentForm<'_>) -> bool {
    form.known_to_server
}

pub(crate) fn checks() -> Checks {
    Checks { consent_form: insecure_consent_form, ..Checks::default() }
}
