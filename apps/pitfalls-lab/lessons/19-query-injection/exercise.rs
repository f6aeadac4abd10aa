// Your repair of query-injection. It is vulnerable as it stands (LAB-VULNERABLE: query-injection).
// Edit it, then:  cargo run -p pitfalls-lab -- check query-injection
use pitfalls_lab::checks::{AuthorizationRequest, Checks};

/// `"&".join(f"{k}={v}" …)`, in Rust. A value that contains `&` or `#` is more than a value.
fn insecure_authorize_url(request: &AuthorizationRequest<'_>) -> String {
    let pairs: Vec<String> =
        request.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}?{}", request.endpoint, pairs.join("&"))
}

pub(crate) fn checks() -> Checks {
    Checks { authorize_url: insecure_authorize_url, ..Checks::default() }
}
