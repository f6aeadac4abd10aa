//! The client credentials grant: RFC 6749 §4.4. The client speaks for itself.

use auth_core::{error::OAuthError, params::Params, scope::Scopes};

use crate::{
    context::Context,
    db::{Refused, Tx},
    models::applications::Application,
    oauth::{
        access_token::{self, Subject},
        client::EndpointError,
        resource,
        scopes::{self, OF_A_USER},
        token::TokenResponse,
    },
};

#[tracing::instrument(skip_all, level = "debug")]
pub(in crate::oauth) fn exchange(
    tx: &mut Tx,
    ctx: &Context,
    application: &Application,
    form: &Params,
) -> Result<TokenResponse, Refused<EndpointError>> {
    // RFC 6749 §4.4: confidential clients only. Anybody can say a public client's name.
    if application.is_public() {
        return Err(OAuthError::unauthorized_client("a public client can't use client_credentials").into());
    }
    let now = ctx.now();
    // There is no user whom openid or offline_access could be about.
    let allowed: Scopes = scopes::of_client(ctx, application)
        .iter()
        .filter(|scope| !OF_A_USER.contains(&scope.as_str()))
        .cloned()
        .collect();
    let scopes = scopes::requested(form.get("scope"), &allowed)?;
    let resources = resource::requested(form, &resource::of_client(ctx, application))?;
    let keys = ctx.keys.ring(tx)?;
    let access_token =
        access_token::mint(ctx, &keys, &application.client_id, &Subject::Client, &scopes, resources, now)?;
    // RFC 6749 §4.4.3: no refresh token; the client can come again at any time.
    Ok(TokenResponse::new(access_token, ctx.lifetimes.access_token, scopes))
}
