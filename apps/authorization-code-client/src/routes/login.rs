//! `GET /login`: begins a login and sends the browser to the provider.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use crate::Shared;
use crate::pages::Problem;
use crate::routes::{Visitor, see_other, with_cookie};

/// What ties the answer to this browser is kept in its session, and nowhere that a link or
/// another site can reach. So it does no harm that a mere GET begins a login: whoever makes a
/// browser begin one cannot finish it with an account of their own.
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: begin
pub(super) async fn begin(State(shared): State<Arc<Shared>>, visitor: Visitor) -> Result<Response, Problem> {
    let login = shared.provider.login().await?;
    let (url, pending) = login.start();
    let response = see_other(url.as_str());
    if let Some(session) = visitor.session() {
        session.pending.keep(pending);
        return Ok(response);
    }
    let (secret, session) = shared.sessions.begin().await;
    session.pending.keep(pending);
    Ok(with_cookie(response, shared.cookie.set(&secret)))
}
// ANCHOR_END: begin
