//! The introspection endpoint: RFC 7662.

use auth_core::{
    client_authentication::PresentedClient, clock::Timestamp, error::OAuthError,
    introspection::IntrospectionResponse, params::Params, scope::Scopes, secret::RefreshToken,
};

use super::{
    access_token::{self, LiveToken},
    client::{EndpointError, authenticate},
};
use crate::{
    context::Context,
    db::{Fault, Refused, Tx},
    models::{
        applications::Application, authorizations::Authorization, refresh_tokens::StoredRefreshToken,
        users::User,
    },
};

/// What a token is good for, at this moment, for the client that asks.
///
/// A client learns about its own tokens, and a resource server about those that are made for it. Of every other
/// token, as of one that is no good, it learns `active: false` (§2.2).
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) fn introspect(
    tx: &mut Tx,
    ctx: &Context,
    presented: &PresentedClient,
    form: &Params,
) -> Result<IntrospectionResponse, Refused<EndpointError>> {
    let application = authenticate(tx, presented)?;
    // RFC 7662 §2.1, §4: the endpoint must require authentication, and a public client has none.
    if application.is_public() {
        return Err(OAuthError::invalid_client("introspection is for clients that authenticate").into());
    }
    let token =
        form.get("token").ok_or_else(|| OAuthError::invalid_request("the parameter token is missing"))?;
    let found = match access_token(tx, ctx, &application, token)? {
        Some(response) => Some(response),
        None => refresh_token(tx, ctx, &application, token)?,
    };
    Ok(found.unwrap_or_else(IntrospectionResponse::inactive))
}

fn access_token(
    tx: &mut Tx,
    ctx: &Context,
    application: &Application,
    token: &str,
) -> Result<Option<IntrospectionResponse>, Fault> {
    // ANCHOR: who_may_ask
    let Some(LiveToken { claims, user }) = access_token::verify(tx, ctx, token)? else { return Ok(None) };
    let serves = |audience: &str| application.resource_server.iter().any(|served| served == audience);
    if claims.client_id != application.client_id && !claims.aud.iter().any(serves) {
        return Ok(None);
    }
    // ANCHOR_END: who_may_ask
    Ok(Some(IntrospectionResponse {
        active: true,
        username: user.and_then(|user| name_for(&claims.scope, user)),
        scope: Some(claims.scope),
        client_id: Some(claims.client_id),
        token_type: Some("Bearer".to_owned()),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        nbf: None,
        sub: Some(claims.sub),
        aud: Some(claims.aud),
        iss: Some(claims.iss),
        jti: Some(claims.jti),
        auth_time: claims.auth_time,
    }))
}

/// Only its own client may ask about a refresh token: no resource server has any business with one.
fn refresh_token(
    tx: &mut Tx,
    ctx: &Context,
    application: &Application,
    token: &str,
) -> Result<Option<IntrospectionResponse>, Fault> {
    let Some(stored) = StoredRefreshToken::find(tx, &RefreshToken::new(token))? else { return Ok(None) };
    let Some(authorization) = Authorization::find(tx, &stored.authorization_id)? else { return Ok(None) };
    let is_live = stored.used_at.is_none() && !stored.is_expired(ctx.now()) && !authorization.is_revoked();
    if authorization.client_id != application.client_id || !is_live {
        return Ok(None);
    }
    let Some(user) = User::active_by_id(tx, &authorization.user_id)? else { return Ok(None) };
    Ok(Some(IntrospectionResponse {
        active: true,
        sub: Some(user.id.clone()),
        username: name_for(&authorization.scopes, user),
        scope: Some(authorization.scopes),
        client_id: Some(authorization.client_id),
        exp: Some(Timestamp::from_unix(stored.expires_at)),
        iss: Some(ctx.issuer.as_str().to_owned()),
        ..IntrospectionResponse::default()
    }))
}

/// RFC 7662 §5: no more of the user than the token is for. The name that they sign in with, often an email
/// address, is `preferred_username` at userinfo, and takes the same scope here.
fn name_for(scopes: &Scopes, user: User) -> Option<String> {
    scopes.contains("profile").then_some(user.username)
}
