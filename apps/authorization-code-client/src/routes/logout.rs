//! `POST /logout`: ends the session here, and the tokens at the provider.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use crate::Shared;
use crate::forms::Form;
use crate::pages::Problem;
use crate::routes::{Visitor, see_other, with_cookie};
use crate::signed_in::SignedIn;
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: end
pub(super) async fn end(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    // Nobody to sign out, in this tab no more than in the other that did it first.
    let Ok(signed_in) = visitor.signed_in() else { return Ok(see_other("/")) };
    form.check(&headers, &shared.own_origin, signed_in)?;

    // The session first: whatever becomes of the revocation, this browser is signed out.
    if let Some((id, _)) = visitor.id_and_session() {
        shared.sessions.end(&id).await;
    }
    revoke(&shared, signed_in).await;
    Ok(with_cookie(see_other("/"), shared.cookie.clear()))
}
// ANCHOR_END: end

/// The tokens are forgotten here in any case; a provider that cannot be told now will let them
/// expire. It is worth a line in the log.
async fn revoke(shared: &Shared, signed_in: &SignedIn) {
    let Some(tokens) = signed_in.take_tokens().await else { return };
    let revoked = match shared.provider.login().await {
        Ok(login) => login.revoke(&tokens).await,
        Err(error) => Err(error),
    };
    if let Err(error) = revoked {
        tracing::error!(%error, "signed out here, but the tokens could not be revoked");
    }
}
