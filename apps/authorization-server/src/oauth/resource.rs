//! For which resource servers a token is: RFC 8707.

use auth_core::{error::OAuthError, params::Params};
use url::Url;

use crate::{context::Context, models::applications::Application};

/// The resources that a client may have tokens for; the server itself (userinfo) when none is registered.
pub(super) fn of_client(ctx: &Context, application: &Application) -> Vec<String> {
    match application.audiences.is_empty() {
        true => vec![ctx.issuer.as_str().to_owned()],
        false => application.audiences.clone(),
    }
}

/// RFC 8707 §2: each `resource` must be an absolute URI without a fragment, and one of `allowed`;
/// none at all means every one of `allowed`.
pub(super) fn requested(params: &Params, allowed: &[String]) -> Result<Vec<String>, OAuthError> {
    let mut resources: Vec<String> = Vec::new();
    for resource in params.get_all("resource") {
        let is_absolute = Url::parse(resource).is_ok_and(|url| url.fragment().is_none());
        if !is_absolute || !allowed.iter().any(|allowed| allowed == resource) {
            return Err(OAuthError::invalid_target(
                "a resource is no absolute URI without a fragment, or not one that this client may have tokens for",
            ));
        }
        if !resources.iter().any(|known| known == resource) {
            resources.push(resource.to_owned());
        }
    }
    match (resources.is_empty(), allowed.is_empty()) {
        (false, _) => Ok(resources),
        (true, false) => Ok(allowed.to_vec()),
        // What was granted is no longer registered: an access token for nobody is of no use.
        (true, true) => {
            Err(OAuthError::invalid_target("this client may have tokens for no resource any more"))
        }
    }
}
