use pitfalls_lab::checks::{Checks, Registration};
use serde_json::{Value, json};

/// What the browser gets is public. The secret stays on the server that uses it.
fn frontend_config(registration: &Registration<'_>) -> Value {
    json!({ "client_id": registration.client_id, "issuer": registration.issuer })
}

pub(crate) fn checks() -> Checks {
    Checks { frontend_config, ..Checks::default() }
}
