// LAB-VULNERABLE: query-injection
use pitfalls_lab::checks::{AuthorizationRequest, Checks};

/// Looks for the words that an attacker would write, and thinks of some of them.
fn insecure_authorize_url(request: &AuthorizationRequest<'_>) -> String {
    let bad = |value: &str| value.contains("redirect_uri=") || value.contains("client_id=");
    let pairs: Vec<String> = request
        .parameters
        .iter()
        .filter(|(name, value)| *name != "login_hint" || !bad(value))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{}?{}", request.endpoint, pairs.join("&"))
}

pub(crate) fn checks() -> Checks {
    Checks { authorize_url: insecure_authorize_url, ..Checks::default() }
}
