use auth_core::secret::CsrfToken;
use pitfalls_lab::checks::{Checks, ConsentForm};

/// The token of *this* session, compared in constant time; and if the browser says where the form comes
/// from, it comes from here.
fn consent_form(form: &ConsentForm<'_>) -> bool {
    let token = form.presented.is_some_and(|presented| form.session.matches(&CsrfToken::new(presented)));
    token && form.origin.is_none_or(|origin| origin == form.own_origin)
}

pub(crate) fn checks() -> Checks {
    Checks { consent_form, ..Checks::default() }
}
