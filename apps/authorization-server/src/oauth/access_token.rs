//! Access tokens: RFC 9068. They are not stored; what ends one early is looked up when one is shown to us.

use auth_core::{
    clock::Timestamp,
    jwt::{self, ACCESS_TOKEN_TYPE, AccessTokenClaims, Expected},
    scope::Scopes,
    secret::{BearerToken, random_id},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    context::Context,
    db::{Fault, Tx},
    keys::{ACCESS_TOKEN_ALGORITHM, KeyRing},
    models::{applications::Application, authorizations::Authorization, revoked_tokens, users::User},
};

/// On whose behalf the token speaks.
pub(super) enum Subject<'a> {
    User(&'a Authorization),
    /// RFC 9068 §2.2: without a user, the subject is the client.
    Client,
}

pub(super) fn mint(
    ctx: &Context,
    keys: &KeyRing,
    client_id: &str,
    subject: &Subject<'_>,
    scopes: &Scopes,
    audience: Vec<String>,
    now: Timestamp,
) -> Result<BearerToken, Fault> {
    let (sub, auth_time, auth_id) = match subject {
        Subject::User(authorization) => {
            (authorization.user_id.clone(), Some(authorization.auth_time), Some(authorization.id.clone()))
        }
        Subject::Client => (client_id.to_owned(), None, None),
    };
    let claims = AccessTokenClaims {
        iss: ctx.issuer.as_str().to_owned(),
        sub,
        aud: audience.into(),
        client_id: client_id.to_owned(),
        exp: now + ctx.lifetimes.access_token,
        iat: now,
        jti: random_id(24),
        scope: scopes.clone(),
        auth_time,
        auth_id,
    };
    let token = keys
        .access_token_key
        .sign(ACCESS_TOKEN_TYPE, &claims)
        .map_err(|_| Fault::Cryptography("signing an access token"))?;
    Ok(BearerToken::new(token))
}

/// A token of ours that is good now, and the user it speaks for, if any.
pub(crate) struct LiveToken {
    pub(crate) claims: AccessTokenClaims,
    pub(crate) user: Option<User>,
}

/// The claims of an access token of ours that has not expired; whom it is for and whether it was revoked is
/// not looked at.
pub(super) fn claims(tx: &mut Tx, ctx: &Context, token: &str) -> Result<Option<AccessTokenClaims>, Fault> {
    let Some(audience) = claimed_audience(token) else { return Ok(None) };
    let expected = Expected {
        issuer: ctx.issuer.as_str().to_owned(),
        audience,
        typ: ACCESS_TOKEN_TYPE,
        algorithms: vec![ACCESS_TOKEN_ALGORITHM],
        // The same clock made it.
        leeway: std::time::Duration::ZERO,
    };
    let keys = ctx.keys.ring(tx)?;
    Ok(jwt::verify(token, &keys.verification, &expected, ctx.now()).ok().map(|verified| verified.claims))
}

/// A token that is valid and was not ended early, by whatever ends tokens: its own revocation, that of its
/// authorization, and a user or client that is no more.
pub(crate) fn verify(tx: &mut Tx, ctx: &Context, token: &str) -> Result<Option<LiveToken>, Fault> {
    // ANCHOR: live_token
    let Some(claims) = claims(tx, ctx, token)? else { return Ok(None) };
    if revoked_tokens::contains(tx, &claims.jti)? {
        return Ok(None);
    }
    let Some(auth_id) = &claims.auth_id else {
        let client_exists = Application::find(tx, &claims.client_id)?.is_some();
        return Ok(client_exists.then_some(LiveToken { claims, user: None }));
    };
    match Authorization::find(tx, auth_id)? {
        Some(authorization) if !authorization.is_revoked() => {
            let user = User::active_by_id(tx, &authorization.user_id)?;
            Ok(user.map(|user| LiveToken { claims, user: Some(user) }))
        }
        _ => Ok(None),
    }
    // ANCHOR_END: live_token
}

/// We are not the audience of most tokens that we are asked about, so there is none to insist on: the token's
/// own `aud` is read before the signature is checked, and believed only after.
fn claimed_audience(token: &str) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct OnlyAudience {
        aud: jwt::Audience,
    }
    let OnlyAudience { aud } = unverified(token)?;
    Some(aud.iter().map(str::to_owned).collect())
}

/// What a token says about itself, to choose what it is then verified against. It decides nothing else.
pub(crate) fn unverified<C: DeserializeOwned>(token: &str) -> Option<C> {
    if token.len() > jwt::MAX_TOKEN_BYTES {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}
