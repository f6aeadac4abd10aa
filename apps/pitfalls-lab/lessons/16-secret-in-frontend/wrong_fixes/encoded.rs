// LAB-VULNERABLE: secret-in-frontend
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pitfalls_lab::checks::{Checks, Registration};
use serde_json::{Value, json};

/// Obfuscated. Whatever the app can decode, so can whoever has the app.
fn insecure_frontend_config(registration: &Registration<'_>) -> Value {
    json!({
        "client_id": registration.client_id,
        "k": STANDARD.encode(registration.client_secret),
        "issuer": registration.issuer,
    })
}

pub(crate) fn checks() -> Checks {
    Checks { frontend_config: insecure_frontend_config, ..Checks::default() }
}
