use pitfalls_lab::checks::{AuthorizationRequest, Checks};
use url::Url;

/// Every name and value is form-encoded, once, by the library that builds the address.
fn authorize_url(request: &AuthorizationRequest<'_>) -> String {
    Url::parse_with_params(request.endpoint, request.parameters)
        .map_or_else(|_| request.endpoint.to_owned(), String::from)
}

pub(crate) fn checks() -> Checks {
    Checks { authorize_url, ..Checks::default() }
}
