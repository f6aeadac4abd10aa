//! `GET /callback`: the browser comes back from the provider.

use std::sync::Arc;

use auth_core::login::LoginError;
use auth_core::params::Params;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use crate::Shared;
use crate::pages::Problem;
use crate::routes::{Visitor, see_other, with_cookie};
use crate::signed_in::{SignedIn, User};

#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: end
pub(super) async fn end(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    // RFC 6749 §3.1: no response parameter more than once.
    let query =
        Params::parse(query.unwrap_or_default().as_bytes()).map_err(|_| LoginError::ResponseMalformed)?;

    // ANCHOR: out_of_the_session
    // Out of the session before anything else, so that an answer counts once, whatever comes of
    // it. Without a login of this browser under this state, nobody is asked anything.
    let pending = visitor
        .session()
        .zip(query.get("state"))
        .and_then(|(session, state)| session.pending.take(state))
        .ok_or(LoginError::StateMismatch)?;
    // ANCHOR_END: out_of_the_session

    let login = shared.provider.login().await?;
    let tokens = login.callback(pending, &query).await?;

    let sub = tokens.claims().sub.clone();
    let claims = login.userinfo(&tokens).await.unwrap_or_else(|error| {
        // A name is a courtesy; who it is stands in the ID token.
        tracing::warn!(%error, "no userinfo; using the ID token's claims");
        tokens.claims().extra.clone()
    });
    let user = User::new(&sub, &claims);
    let secret = shared.sessions.sign_in(visitor.id_and_session(), SignedIn::new(user, tokens)).await;

    // A clean URL: the code stays in no address bar, history or bookmark.
    Ok(with_cookie(see_other("/profile"), shared.cookie.set(&secret)))
}
// ANCHOR_END: end
