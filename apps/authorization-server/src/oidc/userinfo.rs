//! The userinfo endpoint: OpenID Connect Core §5.3.

use auth_core::{bearer::BearerError, secret::BearerToken};
use serde_json::{Map, Value};

use crate::{
    context::Context,
    db::{Refused, Tx},
    models::users::User,
    oauth,
};

/// The claims about the user that the token's scopes allow; `sub` always.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) fn userinfo(
    tx: &mut Tx,
    ctx: &Context,
    token: &BearerToken,
) -> Result<Map<String, Value>, Refused<BearerError>> {
    let token = oauth::verify_access_token(tx, ctx, token.secret())?
        .ok_or(Refused::Answer(BearerError::InvalidToken))?;
    // §5.3: a token of an OpenID Connect request, so one with the scope openid; a client's own token never
    // has it.
    let user = token
        .user
        .filter(|_| token.claims.scope.contains("openid"))
        .ok_or_else(|| Refused::Answer(BearerError::InsufficientScope { required: "openid".to_owned() }))?;
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), user.id.clone().into());
    if token.claims.scope.contains("profile") {
        profile(&user, &mut claims);
    }
    if token.claims.scope.contains("email") {
        email(&user, &mut claims);
    }
    Ok(claims)
}

/// §5.4. What is not known is left out, and never null (§5.3.2).
fn profile(user: &User, claims: &mut Map<String, Value>) {
    claims.insert("preferred_username".to_owned(), user.username.clone().into());
    if let Some(name) = &user.name {
        claims.insert("name".to_owned(), name.clone().into());
    }
}

fn email(user: &User, claims: &mut Map<String, Value>) {
    if let Some(email) = &user.email {
        claims.insert("email".to_owned(), email.clone().into());
        claims.insert("email_verified".to_owned(), user.email_verified.into());
    }
}
