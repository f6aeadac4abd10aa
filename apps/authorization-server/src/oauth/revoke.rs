//! The revocation endpoint: RFC 7009.

use auth_core::{
    client_authentication::PresentedClient, error::OAuthError, params::Params, secret::RefreshToken,
};

use super::{
    access_token,
    client::{EndpointError, authenticate},
};
use crate::{
    context::Context,
    db::{Refused, Tx},
    models::{authorizations::Authorization, refresh_tokens::StoredRefreshToken, revoked_tokens},
};

/// Ends a token. A refresh token takes its whole authorization with it, access tokens included (RFC 7009
/// §2.1); an access token goes alone.
///
/// An unknown token is no error (§2.2): the client wants it gone. Another client's is not revoked, and is
/// answered like an unknown one: the error that §2.1 has for it would tell that there is such a token.
/// `token_type_hint` is not needed to find a token, so a wrong or unknown hint changes nothing.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) fn revoke(
    tx: &mut Tx,
    ctx: &Context,
    presented: &PresentedClient,
    form: &Params,
) -> Result<(), Refused<EndpointError>> {
    let application = authenticate(tx, presented)?;
    let token =
        form.get("token").ok_or_else(|| OAuthError::invalid_request("the parameter token is missing"))?;

    // ANCHOR: revoke
    if let Some(claims) = access_token::claims(tx, ctx, token)? {
        if claims.client_id == application.client_id {
            revoked_tokens::insert(tx, &claims.jti, claims.exp)?;
        }
        return Ok(());
    }
    if let Some(stored) = StoredRefreshToken::find(tx, &RefreshToken::new(token))?
        && let Some(authorization) = Authorization::find(tx, &stored.authorization_id)?
        && authorization.client_id == application.client_id
    {
        Authorization::revoke(tx, &authorization.id, ctx.now())?;
    }
    Ok(())
    // ANCHOR_END: revoke
}
