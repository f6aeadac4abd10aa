//! The authorization code grant at the token endpoint: RFC 6749 §4.1.3, with PKCE (RFC 7636).

use auth_core::{
    error::OAuthError,
    params::Params,
    pkce::CodeVerifier,
    secret::{AuthorizationCode, RefreshToken},
};

use super::{Grant, GrantType, refresh_token_end};
use crate::{
    context::Context,
    db::{Refused, Tx},
    models::{
        applications::Application, authorization_codes::StoredCode, authorizations::Authorization,
        refresh_tokens::StoredRefreshToken, users::User,
    },
    oauth::{
        client::EndpointError,
        resource,
        scopes::{self, OFFLINE_ACCESS},
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
    let now = ctx.now();
    let code =
        form.get("code").ok_or_else(|| OAuthError::invalid_request("the parameter code is missing"))?;
    // RFC 7636 §4.5. Every code has a challenge, so every exchange needs a verifier (RFC 9700 §2.1.1).
    let verifier = form
        .get("code_verifier")
        .ok_or_else(|| OAuthError::invalid_request("the parameter code_verifier is missing"))?;

    // One answer for all that is wrong with a code; whoever guesses learns nothing from it.
    let refuse = || {
        OAuthError::invalid_grant(
            "the code is unknown, expired, already used or not this client's, or redirect_uri or code_verifier \
             do not match: start a new authorization request",
        )
    };
    let stored = StoredCode::find(tx, &AuthorizationCode::new(code))?.ok_or_else(refuse)?;
    let authorization = Authorization::find(tx, &stored.authorization_id)?.ok_or_else(refuse)?;
    // ANCHOR: right_client_and_verifier
    // RFC 6749 §4.1.3: the code was issued to this client. Another one can't even use it up.
    if authorization.client_id != application.client_id {
        return Err(refuse().into());
    }
    // RFC 6749 §4.1.3: required if the authorization request had it, and identical.
    let redirect_uri_matches = match form.get("redirect_uri") {
        Some(redirect_uri) => redirect_uri == stored.redirect_uri,
        None => !stored.redirect_uri_sent,
    };
    if !redirect_uri_matches {
        return Err(refuse().into());
    }
    // RFC 7636 §4.6.
    let verified = match CodeVerifier::parse(verifier) {
        Ok(verifier) => stored.challenge()?.verify(&verifier),
        Err(_) => false,
    };
    if !verified {
        // One attempt: a code whose verifier was guessed at once is worth nothing. Tokens that it gave before
        // stay, or whoever saw an old code could end a session without proving anything.
        stored.consume(tx, now)?;
        return Err(refuse().into());
    }
    // ANCHOR_END: right_client_and_verifier
    if stored.used_at.is_some() {
        return Err(replayed(tx, ctx, &authorization, refuse())?);
    }
    if stored.expires_at <= now.unix()
        || authorization.is_revoked()
        || User::active_by_id(tx, &authorization.user_id)?.is_none()
    {
        return Err(refuse().into());
    }
    let scopes = authorization.scopes.intersection(&scopes::of_client(ctx, application));
    // RFC 8707 §2.2: at most what was granted.
    let resources = resource::requested(form, &authorization.resources)?;

    // ANCHOR: single_use
    // RFC 6749 §4.1.2: not more than once. All checks are done: whoever gets past this line gets tokens.
    if !stored.consume(tx, now)? {
        return Err(replayed(tx, ctx, &authorization, refuse())?);
    }
    // ANCHOR_END: single_use
    let offline = scopes.contains(OFFLINE_ACCESS) && application.allows(GrantType::RefreshToken);
    let refresh_end = refresh_token_end(ctx, &authorization, now);
    let mut until = now + ctx.lifetimes.access_token;
    if offline {
        until = until.max(authorization.created_at + ctx.lifetimes.refresh_token_absolute);
    }
    // Revoked at this very moment, by another request?
    if !authorization.extend(tx, until)? {
        return Err(refuse().into());
    }
    let refresh_token = offline.then(RefreshToken::generate);
    if let Some(token) = &refresh_token {
        StoredRefreshToken::insert(tx, token, &authorization.id, refresh_end)?;
    }
    let grant = Grant {
        application,
        authorization: &authorization,
        scopes,
        resources,
        refresh_token,
        nonce: stored.nonce.clone(),
    };
    Ok(grant.into_response(tx, ctx, now)?)
}

/// RFC 6749 §4.1.2: a code that comes twice was stolen by one of the two. Which one can't be told, so what
/// it gave ends. Only a request that is right in everything else counts: the thief of a code has no verifier.
#[tracing::instrument(skip_all, level = "debug")]
fn replayed(
    tx: &mut Tx,
    ctx: &Context,
    authorization: &Authorization,
    refusal: OAuthError,
) -> Result<Refused<EndpointError>, Refused<EndpointError>> {
    Authorization::revoke(tx, &authorization.id, ctx.now())?;
    tracing::warn!(
        client_id = authorization.client_id,
        authorization = authorization.id,
        "an authorization code was used twice: its authorization is revoked"
    );
    Ok(refusal.into())
}
