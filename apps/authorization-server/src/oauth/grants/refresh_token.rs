//! The refresh token grant: RFC 6749 §6, with rotation (RFC 9700 §4.14.2).
//!
//! Each use gives a successor and ends the token used. A used token that comes again means that two parties
//! hold it: the authorization ends. The one exception is a client that lost our answer and asks again at once:
//! it gets the same successor, so there is never a second chain.

use auth_core::{
    clock::Timestamp,
    error::OAuthError,
    params::Params,
    secret::{RefreshToken, SealingKey},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Grant, refresh_token_end};
use crate::{
    context::Context,
    db::{Fault, Refused, Tx},
    models::{
        applications::Application, authorizations::Authorization, refresh_tokens::StoredRefreshToken,
        users::User,
    },
    oauth::{client::EndpointError, resource, scopes, token::TokenResponse},
};

#[tracing::instrument(skip_all, level = "debug")]
pub(in crate::oauth) fn exchange(
    tx: &mut Tx,
    ctx: &Context,
    application: &Application,
    form: &Params,
) -> Result<TokenResponse, Refused<EndpointError>> {
    let now = ctx.now();
    let presented = form
        .get("refresh_token")
        .ok_or_else(|| OAuthError::invalid_request("the parameter refresh_token is missing"))?;
    let presented = RefreshToken::new(presented);

    let stored = StoredRefreshToken::find(tx, &presented)?.ok_or_else(refuse)?;
    let authorization = Authorization::find(tx, &stored.authorization_id)?.ok_or_else(refuse)?;
    // RFC 6749 §6: bound to the client it was issued to.
    if authorization.client_id != application.client_id
        || authorization.is_revoked()
        || User::active_by_id(tx, &authorization.user_id)?.is_none()
    {
        return Err(refuse().into());
    }
    // RFC 6749 §6: the scope may shrink and never grow, and shrinks for this access token only. A scope or
    // a resource that the client has lost since is lost for its old grants, too.
    let granted = authorization.scopes.intersection(&scopes::of_client(ctx, application));
    let scopes = match form.get("scope") {
        None => granted,
        parameter => scopes::requested(parameter, &granted)?,
    };
    let allowed = resource::of_client(ctx, application);
    let granted: Vec<_> =
        authorization.resources.iter().filter(|granted| allowed.contains(granted)).cloned().collect();
    let resources = resource::requested(form, &granted)?;

    let successor = match stored.used_at {
        None if stored.is_expired(now) => return Err(refuse().into()),
        None => rotate(tx, ctx, &authorization, &stored, &presented, now)?,
        Some(_) => None,
    };
    let successor = match successor {
        Some(successor) => successor,
        None => successor_again(tx, ctx, &authorization, &presented, now)?,
    };
    // Revoked at this very moment, by another request?
    if !authorization.extend(tx, now + ctx.lifetimes.access_token)? {
        return Err(refuse().into());
    }
    let grant = Grant {
        application,
        authorization: &authorization,
        scopes,
        resources,
        refresh_token: Some(successor),
        // OpenID Connect Core §12.2: a refreshed ID token should have no nonce.
        nonce: None,
    };
    Ok(grant.into_response(tx, ctx, now)?)
}

/// The first use: makes the successor. `None` when another request was faster.
#[tracing::instrument(skip_all, level = "debug")]
fn rotate(
    tx: &mut Tx,
    ctx: &Context,
    authorization: &Authorization,
    stored: &StoredRefreshToken,
    presented: &RefreshToken,
    now: Timestamp,
) -> Result<Option<RefreshToken>, Fault> {
    // ANCHOR: rotate
    let successor = RefreshToken::generate();
    if !stored.consume(tx, &successor, seal(presented, &successor)?, now)? {
        return Ok(None);
    }
    StoredRefreshToken::insert(
        tx,
        &successor,
        &authorization.id,
        refresh_token_end(ctx, authorization, now),
    )?;
    Ok(Some(successor))
    // ANCHOR_END: rotate
}

/// A used token: a retry within the grace period, whose successor nobody has used, gets that successor again.
/// Everything else is reuse.
#[tracing::instrument(skip_all, level = "debug")]
fn successor_again(
    tx: &mut Tx,
    ctx: &Context,
    authorization: &Authorization,
    presented: &RefreshToken,
    now: Timestamp,
) -> Result<RefreshToken, Refused<EndpointError>> {
    let stored = StoredRefreshToken::find(tx, presented)?.ok_or_else(refuse)?;
    let used_at =
        stored.used_at.map(Timestamp::from_unix).ok_or(Fault::Unreadable("refresh_tokens.used_at"))?;
    let successor = match &stored.successor_digest {
        Some(digest) => StoredRefreshToken::by_digest(tx, digest)?,
        None => None,
    };
    let successor_is_unused = successor.is_some_and(|successor| successor.used_at.is_none());
    let grace = ctx.lifetimes.refresh_token_grace;
    let in_grace = !grace.is_zero() && now.saturating_since(used_at) <= grace;
    // ANCHOR: reuse
    match stored.sealed_successor {
        Some(sealed) if in_grace && successor_is_unused => Ok(unseal(presented, &sealed)?),
        _ => {
            // RFC 9700 §4.14.2: the thief and the client can't be told apart, so neither goes on.
            Authorization::revoke(tx, &authorization.id, now)?;
            tracing::warn!(
                client_id = authorization.client_id,
                authorization = authorization.id,
                "a refresh token was used twice: its authorization is revoked"
            );
            Err(refuse().into())
        }
    }
    // ANCHOR_END: reuse
}

/// One answer for all that is wrong with a refresh token.
fn refuse() -> OAuthError {
    OAuthError::invalid_grant(
        "the refresh token is unknown, expired, revoked, already used or not this client's: start a new \
         authorization request",
    )
}

/// Under a key that only the used token gives, and of the used token we keep a digest: the database alone gives
/// no successor away.
fn sealing_key(used: &RefreshToken) -> SealingKey {
    SealingKey::derive(used.secret().as_bytes(), "authorization-server refresh token successor")
}

fn seal(used: &RefreshToken, successor: &RefreshToken) -> Result<String, Fault> {
    let sealed = sealing_key(used)
        .seal(successor.secret().as_bytes(), used.digest().as_bytes())
        .map_err(|_| Fault::Cryptography("sealing a refresh token"))?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

fn unseal(used: &RefreshToken, sealed: &str) -> Result<RefreshToken, Fault> {
    const UNREADABLE: Fault = Fault::Unreadable("refresh_tokens.sealed_successor");
    let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| UNREADABLE)?;
    let successor = sealing_key(used).open(&sealed, used.digest().as_bytes()).map_err(|_| UNREADABLE)?;
    Ok(RefreshToken::new(std::str::from_utf8(&successor).map_err(|_| UNREADABLE)?))
}
