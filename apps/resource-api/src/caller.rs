//! Who is calling: a user, through some client, or a machine for itself.
//!
//! A token with the right scope of the wrong kind is refused as `insufficient_scope`: RFC 6750
//! §3.1 has no other code for a token that is good but does not reach this far. No `scope` is
//! named, since none would help.

use std::marker::PhantomData;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use auth_core::{
    bearer::actix::{Authenticated, BearerState, RequiredScope},
    error::{Challenge, OAuthError},
};
use futures::future::LocalBoxFuture;

use crate::{REALM, error::ApiError};

macro_rules! scopes {
    ($($name:ident = $scope:literal),+) => {
        $(
            pub(crate) struct $name;
            impl RequiredScope for $name {
                const SCOPE: &'static str = $scope;
            }
        )+
    };
}

// ANCHOR: scopes
scopes!(NotesRead = "notes:read", NotesWrite = "notes:write", ReportsWrite = "reports:write");
// ANCHOR_END: scopes

/// A user, by a token with the scope `S`.
pub(crate) struct User<S> {
    token: Authenticated,
    scope: PhantomData<S>,
}

/// A client for itself (RFC 6749 §4.4), by a token with the scope `S`.
pub(crate) struct Machine<S>(PhantomData<S>);

impl<S> User<S> {
    /// The user's identifier at the authorization server.
    pub(crate) fn into_subject(self) -> String {
        self.token.subject().to_owned()
    }
}

impl<S: RequiredScope> FromRequest for User<S> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let token = Authenticated::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            // ANCHOR: users_only
            let token = token.await?;
            // RFC 9068 §5: a client whose name is like a user's must not get at that user's data.
            if !token.is_user() {
                return Err(wrong_kind(
                    &request,
                    "this route is for users; a client's own token does not open it",
                )
                .into());
            }
            token.require(S::SCOPE)?;
            Ok(Self { token, scope: PhantomData })
            // ANCHOR_END: users_only
        })
    }
}

impl<S: RequiredScope> FromRequest for Machine<S> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let token = Authenticated::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let token = token.await?;
            if token.is_user() {
                return Err(wrong_kind(
                    &request,
                    "this route is for machines; a user's token does not open it",
                )
                .into());
            }
            token.require(S::SCOPE)?;
            Ok(Self(PhantomData))
        })
    }
}

fn wrong_kind(request: &HttpRequest, description: &'static str) -> ApiError {
    let mut challenge = Challenge::bearer(REALM).error(OAuthError::insufficient_scope(description));
    if let Some(url) =
        request.app_data::<Data<BearerState>>().and_then(|state| state.resource_metadata.as_ref())
    {
        challenge = challenge.resource_metadata(url);
    }
    ApiError::WrongKind(description, challenge.to_string())
}
