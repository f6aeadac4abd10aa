//! Extractor: who is calling. It reads like FastAPI's dependencies.
//!
//! | FastAPI | here |
//! | --- | --- |
//! | `user: Annotated[User, Depends(get_current_active_user)]` | `user: CurrentUser` |
//! | `… Security(get_current_active_user, scopes=["items"])` | `user: CurrentUser<Items>` |
//! | `OAuth2PasswordBearer(tokenUrl="token", auto_error=False)` | `user: Option<CurrentUser>` |
//!
//! What it checks: the token's signature, issuer, audience, type and times; that its session still
//! lives, which is one lookup by primary key and is felt by every server of the same database; that
//! the user is active; and that both the token and the user's account have the scope.

use std::marker::PhantomData;

use auth_core::{
    bearer::{BearerError, bearer_token},
    scope::Scopes,
    secret::BearerToken,
};
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};

use crate::{
    error::ApiError,
    models::{session::Session, user::User},
    state::{AppState, Shared},
};

/// What a route requires of a token.
pub(crate) trait Requires: Send + Sync + 'static {
    /// The scope, if any.
    const SCOPE: Option<&'static str>;
}

/// Any token of an active user.
pub(crate) struct AnyScope;

impl Requires for AnyScope {
    const SCOPE: Option<&'static str> = None;
}

macro_rules! required_scopes {
    ($($(#[$doc:meta])* $name:ident = $scope:literal,)+) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;
            impl Requires for $name {
                const SCOPE: Option<&'static str> = Some($scope);
            }
        )+
    };
}

// ANCHOR: scopes
required_scopes! {
    /// One's own account.
    Me = "me",
    /// One's own items.
    Items = "items",
    /// Everybody's accounts.
    Admin = "admin",
}
// ANCHOR_END: scopes

/// An active user with a live session, whose token has the scope of `R`.
pub(crate) struct CurrentUser<R = AnyScope> {
    pub(crate) user: User,
    /// The session that the token belongs to.
    pub(crate) session_id: String,
    scopes: Scopes,
    required: PhantomData<fn() -> R>,
}

impl<R: Requires> CurrentUser<R> {
    /// Whether this request may use a scope that the route does not require.
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    // ANCHOR: find
    async fn find(headers: &HeaderMap, state: &Shared) -> Result<Option<Self>, ApiError> {
        let Some(token) = token_of(headers).map_err(|_| ApiError::MalformedToken(R::SCOPE))? else {
            return Ok(None);
        };
        let claims = state.access_tokens.verify(&token).map_err(|reason| {
            tracing::debug!(%reason, "access token refused");
            ApiError::InvalidToken(R::SCOPE)
        })?;
        let (id, now) = (claims.session, state.clock.now());
        let live = state.database.run(move |db| Session::find_live(db, &id, now)).await?;
        let Some((session, user)) = live else {
            return Err(ApiError::InvalidToken(R::SCOPE));
        };
        if !user.active {
            return Err(ApiError::InactiveUser);
        }
        // What an administrator took from the account since, the token has no more.
        let scopes = claims.scopes.intersection(&user.scopes());
        match R::SCOPE {
            Some(scope) if !scopes.contains(scope) => Err(ApiError::NotEnoughPermissions(scope)),
            _ => Ok(Some(Self { user, session_id: session.id, scopes, required: PhantomData })),
        }
    }
    // ANCHOR_END: find
}

/// All `Authorization` values count; one that is not text is one that is refused.
fn token_of(headers: &HeaderMap) -> Result<Option<BearerToken>, BearerError> {
    let values = headers.get_all(AUTHORIZATION).iter();
    let values: Vec<_> = values.map(|value| value.to_str().unwrap_or_default()).collect();
    bearer_token(&values)
}

impl<R: Requires> FromRequestParts<AppState> for CurrentUser<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        Self::find(&parts.headers, state).await?.ok_or(ApiError::NotAuthenticated(R::SCOPE))
    }
}

// ANCHOR: optional
/// No token is nobody. A token that is no good is refused all the same: its bearer believes to be
/// somebody.
impl<R: Requires> OptionalFromRequestParts<AppState> for CurrentUser<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, ApiError> {
        Self::find(&parts.headers, state).await
    }
}
// ANCHOR_END: optional
