// LAB-VULNERABLE: secret-in-frontend
use pitfalls_lab::checks::{Checks, Registration};
use serde_json::{Value, json};

/// "The app needs the client's settings", and the secret is one of them.
fn insecure_frontend_config(registration: &Registration<'_>) -> Value {
    json!({
        "client_id": registration.client_id,
        "client_secret": registration.client_secret,
        "issuer": registration.issuer,
    })
}

pub(crate) fn checks() -> Checks {
    Checks { frontend_config: insecure_frontend_config, ..Checks::default() }
}
