//! Whether the user must be asked, and what the page says.

use auth_core::{scope::Scopes, secret::RequestHandle};

use super::{
    authorization_request::AuthorizationRequest,
    authorization_response::{redirect_origin, registered},
};
use crate::{
    context::Context,
    db::{Fault, Tx},
    models::{applications::Application, consents::Consent, users::User},
};

/// Everything on the consent page.
#[derive(Debug)]
pub(crate) struct ConsentView {
    /// What the form carries, and nothing else: the request itself stays here.
    pub(crate) request: RequestHandle,
    pub(crate) client_name: String,
    /// Where the browser goes next: the only thing on the page that the client can't choose freely.
    pub(crate) redirect_host: String,
    /// For the page's Content-Security-Policy: Chromium applies `form-action` to the redirect after Allow.
    pub(crate) redirect_origin: String,
    pub(crate) username: String,
    pub(crate) display_name: Option<String>,
    pub(crate) scopes: Vec<ConsentScope>,
    pub(crate) resources: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct ConsentScope {
    pub(crate) scope: String,
    pub(crate) description: String,
    /// May be unticked. `openid` may not: without it the request would be another one.
    pub(crate) optional: bool,
    /// Allowed before.
    pub(crate) remembered: bool,
}

pub(super) const REQUIRED: &str = "openid";

/// Whether this request may pass without the user's consent being asked for.
pub(super) fn is_given(
    tx: &mut Tx,
    application: &Application,
    request: &AuthorizationRequest,
    user_id: &str,
) -> Result<bool, Fault> {
    // ANCHOR: consent_is_given
    if request.prompt.consent {
        return Ok(false);
    }
    // RFC 8252 §8.6, RFC 6749 §10.2: any program of the machine can claim to be a public client whose
    // redirect URI is a loopback port or a private scheme. Only the user can tell; so the user is always asked.
    if application.is_public() && !request.redirect_uri.starts_with("https://") {
        return Ok(false);
    }
    if application.skip_authorization {
        return Ok(true);
    }
    Ok(Consent::find(tx, user_id, &application.client_id)?.covers(&request.scopes, &request.resources))
    // ANCHOR_END: consent_is_given
}

pub(super) fn view(
    tx: &mut Tx,
    ctx: &Context,
    application: &Application,
    request: &AuthorizationRequest,
    user: &User,
    handle: RequestHandle,
) -> Result<ConsentView, Fault> {
    let remembered = Consent::find(tx, &user.id, &application.client_id)?.scopes;
    let scopes = ctx.describe(&request.scopes).map(|known| ConsentScope {
        scope: known.scope.to_string(),
        description: known.description.clone(),
        optional: known.scope.as_str() != REQUIRED,
        remembered: remembered.contains(known.scope.as_str()),
    });
    Ok(ConsentView {
        request: handle,
        client_name: application.name.clone(),
        redirect_host: registered(application, &request.redirect_uri)
            .map(|registered| registered.host_for_display())
            .unwrap_or_default(),
        redirect_origin: redirect_origin(application, &request.redirect_uri),
        username: user.username.clone(),
        display_name: user.name.clone(),
        scopes: scopes.collect(),
        resources: request.resources.clone(),
    })
}

/// What remains of a request when these boxes are ticked; `None` if a box is ticked that was not on the page.
pub(super) fn ticked(request: &AuthorizationRequest, boxes: &[String]) -> Option<Scopes> {
    let shown = |ticked: &String| request.scopes.contains(ticked);
    if !boxes.iter().all(shown) {
        return None;
    }
    let is_allowed = |scope: &str| scope == REQUIRED || boxes.iter().any(|ticked| ticked == scope);
    Some(request.scopes.iter().filter(|scope| is_allowed(scope.as_str())).cloned().collect())
}
