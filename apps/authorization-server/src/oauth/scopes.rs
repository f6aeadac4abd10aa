//! Which scopes a request gets.

use auth_core::{error::OAuthError, scope::Scopes};

use super::grants::GrantType;
use crate::{context::Context, models::applications::Application};

/// Access that outlives the user's presence. It is given to who asks for it, never by default.
pub(super) const OFFLINE_ACCESS: &str = "offline_access";

/// Scopes that speak about a user: meaningless where there is none.
pub(super) const OF_A_USER: [&str; 4] = ["openid", "profile", "email", OFFLINE_ACCESS];

/// The most that a client may have: what it is registered for, as far as it still exists.
pub(super) fn of_client(ctx: &Context, application: &Application) -> Scopes {
    match &application.scopes {
        Some(scopes) => scopes.intersection(&ctx.scopes()),
        None => ctx.scopes(),
    }
}

/// RFC 6749 §3.3: what is asked for must be allowed; nothing asked for is the default, which is all of
/// `allowed` but `offline_access`.
pub(super) fn requested(parameter: Option<&str>, allowed: &Scopes) -> Result<Scopes, OAuthError> {
    let Some(parameter) = parameter else {
        let default: Scopes =
            allowed.iter().filter(|scope| scope.as_str() != OFFLINE_ACCESS).cloned().collect();
        return match default.is_empty() {
            true => {
                Err(OAuthError::invalid_scope("the client has no default scope: send the parameter scope"))
            }
            false => Ok(default),
        };
    };
    let scopes = Scopes::parse(parameter).map_err(|_| {
        OAuthError::invalid_scope("scope must be a list of scope names, separated by single spaces")
    })?;
    // RFC 6749 §3.3 lets a server ignore part of it; refusing tells the developer what is wrong.
    match scopes.is_subset_of(allowed) {
        true => Ok(scopes),
        false => Err(OAuthError::invalid_scope(
            "a scope is unknown, or more than this client may ask for here: ask for less, or change its registration",
        )),
    }
}

/// The scopes of an authorization request. `offline_access` is ignored where no refresh token will come of it
/// (OpenID Connect Core §11): the user is not asked to allow what can't happen.
pub(super) fn of_request(
    parameter: Option<&str>,
    ctx: &Context,
    application: &Application,
) -> Result<Scopes, OAuthError> {
    let scopes = requested(parameter, &of_client(ctx, application))?;
    if application.allows(GrantType::RefreshToken) {
        return Ok(scopes);
    }
    let scopes: Scopes = scopes.iter().filter(|scope| scope.as_str() != OFFLINE_ACCESS).cloned().collect();
    match scopes.is_empty() {
        true => Err(OAuthError::invalid_scope(
            "offline_access alone asks for nothing: this client has no refresh_token",
        )),
        false => Ok(scopes),
    }
}
