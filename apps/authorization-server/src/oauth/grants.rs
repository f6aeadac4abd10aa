//! The grants, one file each.

pub(super) mod authorization_code;
pub(super) mod client_credentials;
pub(super) mod refresh_token;

use auth_core::{clock::Timestamp, scope::Scopes, secret::RefreshToken};

use super::{
    access_token::{self, Subject},
    token::TokenResponse,
};
use crate::{
    context::Context,
    db::{Fault, Tx},
    models::{applications::Application, authorizations::Authorization},
    oidc::id_token,
};

// ANCHOR: grant_types
/// A way to get tokens (RFC 6749 §1.3). Implicit and password are none: RFC 9700 §2.1.2 and §2.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GrantType {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
}
// ANCHOR_END: grant_types

impl GrantType {
    pub(crate) const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }
}

/// The end of a refresh token that is made now: idle or absolute, whichever comes first.
fn refresh_token_end(ctx: &Context, authorization: &Authorization, now: Timestamp) -> Timestamp {
    let absolute = authorization.created_at + ctx.lifetimes.refresh_token_absolute;
    absolute.min(now + ctx.lifetimes.refresh_token)
}

/// What both grants of a user answer: an access token for these scopes and resources, the refresh token if
/// there is one, and an ID token if the client asked who the user is.
struct Grant<'a> {
    application: &'a Application,
    authorization: &'a Authorization,
    scopes: Scopes,
    resources: Vec<String>,
    refresh_token: Option<RefreshToken>,
    nonce: Option<String>,
}

impl Grant<'_> {
    fn into_response(self, tx: &mut Tx, ctx: &Context, now: Timestamp) -> Result<TokenResponse, Fault> {
        let keys = ctx.keys.ring(tx)?;
        let subject = Subject::User(self.authorization);
        let access_token = access_token::mint(
            ctx,
            &keys,
            &self.application.client_id,
            &subject,
            &self.scopes,
            self.resources,
            now,
        )?;
        // OpenID Connect Core §3.1.2.1: without the scope openid the request is none of OpenID Connect.
        let id_token = match self.scopes.contains("openid") {
            true => Some(id_token::mint(ctx, &keys, self.authorization, self.nonce, &access_token, now)?),
            false => None,
        };
        Ok(TokenResponse::new(access_token, ctx.lifetimes.access_token, self.scopes)
            .with_refresh_token(self.refresh_token)
            .with_id_token(id_token))
    }
}
