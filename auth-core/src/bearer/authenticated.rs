//! What the extractors of both frameworks have in common, which is everything but the plumbing.

use std::marker::PhantomData;
use std::ops::Deref;

use super::{AccessToken, BearerError, BearerRejection, TokenValidator, bearer_token, require};

/// What an application needs to check the tokens of its requests: part of its state.
#[derive(Clone, Debug)]
pub struct BearerState {
    /// The check itself.
    pub validator: TokenValidator,
    /// The name of the protected space in challenges (RFC 9110 §11.5).
    pub realm: String,
    /// The address of the protected resource metadata, sent with challenges (RFC 9728 §5.1).
    pub resource_metadata: Option<String>,
}

impl BearerState {
    /// The answer to a request that is refused because of `error`.
    pub fn reject(&self, error: &BearerError) -> BearerRejection {
        BearerRejection::new(error, self)
    }
}

/// Extractor: a request with a valid access token, whatever its scopes. Dereferences to the
/// [`AccessToken`].
#[derive(Clone, Debug)]
pub struct Authenticated {
    token: AccessToken,
    state: BearerState,
}

impl Authenticated {
    /// Requires a scope that is known only at run time. In a handler:
    /// `authenticated.require("notes:write")?;`
    ///
    /// # Errors
    /// The 403 of RFC 6750 §3.1 when the token does not have the scope.
    pub fn require(&self, scope: &str) -> Result<(), BearerRejection> {
        require(&self.token, scope).map_err(|error| self.state.reject(&error))
    }
}

impl Deref for Authenticated {
    type Target = AccessToken;

    fn deref(&self) -> &AccessToken {
        &self.token
    }
}

/// Extractor: a request with a valid access token, or without any. A token that is not valid is
/// refused all the same.
#[derive(Clone, Debug)]
pub struct MaybeAuthenticated(pub Option<Authenticated>);

/// Names a scope as a type, for [`Scoped`].
///
/// ```
/// use auth_core::bearer::RequiredScope;
///
/// struct NotesRead;
/// impl RequiredScope for NotesRead {
///     const SCOPE: &'static str = "notes:read";
/// }
/// ```
pub trait RequiredScope {
    /// The scope.
    const SCOPE: &'static str;
}

/// Extractor: a request with a valid access token that has the scope of `R`. Dereferences to the
/// [`AccessToken`].
pub struct Scoped<R> {
    authenticated: Authenticated,
    required: PhantomData<fn() -> R>,
}

#[cfg(any(feature = "axum", feature = "actix"))]
impl<R: RequiredScope> Scoped<R> {
    pub(super) fn new(authenticated: Authenticated) -> Result<Self, BearerRejection> {
        authenticated.require(R::SCOPE)?;
        Ok(Self { authenticated, required: PhantomData })
    }
}

impl<R> Deref for Scoped<R> {
    type Target = AccessToken;

    fn deref(&self) -> &AccessToken {
        &self.authenticated
    }
}

impl<R: RequiredScope> std::fmt::Debug for Scoped<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scoped").field("scope", &R::SCOPE).field("token", &self.authenticated.token).finish()
    }
}

/// Authenticates a request by all its `Authorization` header values: what the extractors do, for
/// a framework of one's own. `None` when no token came.
///
/// # Errors
/// The answer to send when the token is malformed, not valid, or cannot be checked.
pub async fn authenticate(
    state: &BearerState,
    authorization: &[&str],
) -> Result<Option<Authenticated>, BearerRejection> {
    let reject = |error: BearerError| state.reject(&error);
    match bearer_token(authorization).map_err(reject)? {
        None => Ok(None),
        Some(token) => {
            let token = state.validator.validate(&token).await.map_err(reject)?;
            Ok(Some(Authenticated { token, state: state.clone() }))
        }
    }
}

/// As [`authenticate`], but no token is a refusal as well.
#[cfg(any(feature = "axum", feature = "actix"))]
pub(super) async fn require_token(
    state: &BearerState,
    authorization: &[&str],
) -> Result<Authenticated, BearerRejection> {
    authenticate(state, authorization).await?.ok_or_else(|| state.reject(&BearerError::Missing))
}
