//! ID tokens: OpenID Connect Core §2. They say who signed in, when and how; what the user is called is at
//! userinfo (§5.4).

use auth_core::{
    clock::Timestamp,
    jwt::{self, Expected, IdTokenClaims, JWT_TYPE, at_hash},
    secret::BearerToken,
};
use serde::Deserialize;

use crate::{
    context::Context,
    db::{Fault, Tx},
    keys::{ID_TOKEN_ALGORITHM, KeyRing},
    models::authorizations::Authorization,
    oauth,
};

pub(crate) fn mint(
    ctx: &Context,
    keys: &KeyRing,
    authorization: &Authorization,
    nonce: Option<String>,
    access_token: &BearerToken,
    now: Timestamp,
) -> Result<String, Fault> {
    let claims = IdTokenClaims {
        iss: ctx.issuer.as_str().to_owned(),
        sub: authorization.user_id.clone(),
        aud: authorization.client_id.clone().into(),
        exp: now + ctx.lifetimes.id_token,
        iat: now,
        // Of the sign-in and never of the refresh (§12.2).
        auth_time: Some(authorization.auth_time),
        nonce,
        // §3.1.3.6: the access token that came with it.
        at_hash: Some(at_hash(access_token.secret(), ID_TOKEN_ALGORITHM)),
        sid: Some(authorization.sid.clone()),
        ..IdTokenClaims::default()
    };
    keys.id_token_key.sign(JWT_TYPE, &claims).map_err(|_| Fault::Cryptography("signing an ID token"))
}

/// The user whom a client's `id_token_hint` names (§3.1.2.1); none when it is no ID token of ours for it.
///
/// It may have expired: it lets nobody in, and only says who it was. So it is verified as of its own making.
pub(crate) fn subject_of_hint(
    tx: &mut Tx,
    ctx: &Context,
    client_id: &str,
    hint: &str,
) -> Result<Option<String>, Fault> {
    #[derive(Deserialize)]
    struct OnlyIssuedAt {
        iat: Timestamp,
    }
    let Some(OnlyIssuedAt { iat }) = oauth::unverified(hint) else { return Ok(None) };
    let expected = Expected {
        algorithms: vec![ID_TOKEN_ALGORITHM],
        ..Expected::id_token(ctx.issuer.as_str(), client_id)
    };
    let keys = ctx.keys.ring(tx)?;
    let verified = jwt::verify::<IdTokenClaims>(hint, &keys.verification, &expected, iat);
    Ok(verified.ok().map(|verified| verified.claims.sub))
}
