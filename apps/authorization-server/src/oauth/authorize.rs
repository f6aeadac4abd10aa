//! The authorization endpoint: RFC 6749 §3.1, OpenID Connect Core §3.1.2.
//!
//! From the moment it is validated a request lives on the server. It waits there for sign-in and consent, bound
//! to the user and session that see the consent page, and is decided once.

use auth_core::{
    error::OAuthError,
    params::Params,
    secret::{AuthorizationCode, Digest, RequestHandle},
};

use super::{
    authorization_request::AuthorizationRequest,
    authorization_response::{redirect_origin, registered},
    consent,
};
pub(crate) use super::{
    authorization_response::{AuthorizationResponse, ResponseMode},
    consent::ConsentView,
};
use crate::{
    context::Context,
    db::{Fault, Refused, Tx},
    models::{
        applications::Application,
        authorization_codes::{self, StoredCode},
        authorization_requests::StoredRequest,
        authorizations::Authorization,
        consents::Consent,
        sessions::SignedIn,
        users::User,
    },
};

/// What comes next.
#[derive(Debug)]
pub(crate) enum AuthorizeStep {
    /// The user signs in, then [`resume`].
    Login { request: RequestHandle },
    /// The user is asked, then [`decide`].
    Consent(ConsentView),
    /// The browser goes back to the client.
    Respond(AuthorizationResponse),
}

/// Why there is nothing next.
#[derive(Debug)]
pub(crate) enum AuthorizeRefusal {
    /// A page with status 400 and no Location: nobody is known to whom an error could be sent.
    Page(OAuthError),
    /// The error goes to the client.
    Respond(AuthorizationResponse),
}

/// What the user decided.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    /// With these boxes ticked.
    Allow {
        scopes: Vec<String>,
    },
    Deny,
}

/// What the sign-in page says of the request that waits for it.
#[derive(Debug)]
pub(crate) struct RequestSummary {
    pub(crate) client_name: String,
    pub(crate) login_hint: Option<String>,
    /// For the page's Content-Security-Policy: a remembered consent leads from sign-in straight to the client.
    pub(crate) redirect_origin: String,
}

/// A new request.
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: begin
pub(crate) fn begin(
    tx: &mut Tx,
    ctx: &Context,
    params: &Params,
    who: Option<&SignedIn>,
) -> Result<AuthorizeStep, Refused<AuthorizeRefusal>> {
    let (application, request) = AuthorizationRequest::validate(tx, ctx, params)?;
    let Some((who, user)) = signed_in(tx, who, |who| must_sign_in_again(ctx, &request, who))? else {
        if request.prompt.none {
            let error = OAuthError::login_required("the user must sign in, and prompt=none forbids to ask");
            return Ok(AuthorizeStep::Respond(AuthorizationResponse::error(
                ctx,
                &application,
                &request,
                &error,
            )));
        }
        // The session that is there but not good enough: signing in with it again is no sign-in.
        let (handle, _) = keep(tx, ctx, &request, who.map(|who| who.session))?;
        return Ok(AuthorizeStep::Login { request: handle });
    };
    if consent::is_given(tx, &application, &request, &who.user_id)? {
        return Ok(AuthorizeStep::Respond(issue_code(tx, ctx, &application, &request, who)?));
    }
    if request.prompt.none {
        let error = OAuthError::consent_required("the user must consent, and prompt=none forbids to ask");
        return Ok(AuthorizeStep::Respond(AuthorizationResponse::error(ctx, &application, &request, &error)));
    }
    let (handle, stored) = keep(tx, ctx, &request, None)?;
    ask(tx, ctx, &application, &request, &stored, handle, (who, user))
}
// ANCHOR_END: begin

/// A request that waited for sign-in, or whose consent page is shown again.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) fn resume(
    tx: &mut Tx,
    ctx: &Context,
    handle: &RequestHandle,
    who: Option<&SignedIn>,
) -> Result<AuthorizeStep, Refused<AuthorizeRefusal>> {
    let (application, stored, request) = find(tx, ctx, handle)?;
    let again = RequestHandle::new(handle.secret());
    // A sign-in after the request, in a session that was not there before, is what was asked for; without this
    // max_age=0 would never end.
    let is_new = |who: &SignedIn| who.auth_time >= stored.created_at() && !stored.is_stale(&who.session);
    let must_sign_in = |who: &SignedIn| !is_new(who) && must_sign_in_again(ctx, &request, who);
    // OpenID Connect Core §3.1.2.1, `id_token_hint`: not the user that the client wants is an error.
    if who.is_some_and(|who| is_new(who) && !request.is_about(&who.user_id)) {
        if !stored.consume(tx)? {
            return Err(gone());
        }
        let error = OAuthError::login_required("another user signed in than id_token_hint names");
        return Ok(AuthorizeStep::Respond(AuthorizationResponse::error(ctx, &application, &request, &error)));
    }
    let Some((who, user)) = signed_in(tx, who, must_sign_in)? else {
        return Ok(AuthorizeStep::Login { request: again });
    };
    if consent::is_given(tx, &application, &request, &who.user_id)? {
        if !stored.consume(tx)? {
            return Err(gone());
        }
        return Ok(AuthorizeStep::Respond(issue_code(tx, ctx, &application, &request, who)?));
    }
    ask(tx, ctx, &application, &request, &stored, again, (who, user))
}

/// The user's decision on the consent page. Of two at once, one counts.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) fn decide(
    tx: &mut Tx,
    ctx: &Context,
    handle: &RequestHandle,
    who: &SignedIn,
    decision: &Decision,
) -> Result<AuthorizationResponse, Refused<AuthorizeRefusal>> {
    // ANCHOR: decide
    let (application, stored, mut request) = find(tx, ctx, handle)?;
    // RFC 6749 §10.12: the answer comes from the one who was asked, and from no other session.
    if !stored.is_bound_to(&who.user_id, &who.session) || User::active_by_id(tx, &who.user_id)?.is_none() {
        return Err(gone());
    }
    let allowed = match decision {
        Decision::Deny => None,
        Decision::Allow { scopes } => Some(consent::ticked(&request, scopes).ok_or_else(|| {
            Refused::Answer(AuthorizeRefusal::Page(OAuthError::invalid_request(
                "the form allows a scope that was not on the page",
            )))
        })?),
    };
    if !stored.consume(tx)? {
        return Err(gone());
    }
    // ANCHOR_END: decide
    let Some(allowed) = allowed.filter(|scopes| !scopes.is_empty()) else {
        let error = OAuthError::access_denied("the user did not allow it");
        return Ok(AuthorizationResponse::error(ctx, &application, &request, &error));
    };
    request.scopes = allowed;
    Consent::find(tx, &who.user_id, &application.client_id)?.remember(
        tx,
        &who.user_id,
        &application.client_id,
        &request.scopes,
        &request.resources,
        ctx.now(),
    )?;
    Ok(issue_code(tx, ctx, &application, &request, who)?)
}

/// What waits behind a handle, for the sign-in page; nothing if it has expired.
pub(crate) fn summary(
    tx: &mut Tx,
    ctx: &Context,
    handle: &RequestHandle,
) -> Result<Option<RequestSummary>, Fault> {
    let Some(stored) = StoredRequest::find(tx, handle, ctx.now())? else { return Ok(None) };
    let request = stored.request()?;
    Ok(Application::find(tx, &stored.client_id)?.map(|application| RequestSummary {
        redirect_origin: redirect_origin(&application, &request.redirect_uri),
        client_name: application.name,
        login_hint: request.login_hint,
    }))
}

/// Whether this user was shown, in this session, the consent page of the request behind a handle.
pub(crate) fn was_asked(
    tx: &mut Tx,
    ctx: &Context,
    handle: &RequestHandle,
    who: &SignedIn,
) -> Result<bool, Fault> {
    let stored = StoredRequest::find(tx, handle, ctx.now())?;
    Ok(stored.is_some_and(|stored| stored.is_bound_to(&who.user_id, &who.session)))
}

/// Who is signed in, and recently enough.
fn signed_in<'a>(
    tx: &mut Tx,
    who: Option<&'a SignedIn>,
    must_sign_in_again: impl Fn(&SignedIn) -> bool,
) -> Result<Option<(&'a SignedIn, User)>, Fault> {
    let Some(who) = who.filter(|who| !must_sign_in_again(who)) else { return Ok(None) };
    Ok(User::active_by_id(tx, &who.user_id)?.map(|user| (who, user)))
}

/// OpenID Connect Core §3.1.2.1, `prompt=login`, `max_age` and `id_token_hint`. `max_age=0` means
/// `prompt=login`, however coarse the clock.
fn must_sign_in_again(ctx: &Context, request: &AuthorizationRequest, who: &SignedIn) -> bool {
    let age = ctx.now().saturating_since(who.auth_time).as_secs();
    request.prompt.login
        || request.max_age.is_some_and(|max_age| max_age == 0 || age > max_age)
        || !request.is_about(&who.user_id)
}

fn keep(
    tx: &mut Tx,
    ctx: &Context,
    request: &AuthorizationRequest,
    stale: Option<Digest>,
) -> Result<(RequestHandle, StoredRequest), Fault> {
    let now = ctx.now();
    StoredRequest::keep(tx, request, stale, now, now + ctx.lifetimes.authorization_request)
}

fn find(
    tx: &mut Tx,
    ctx: &Context,
    handle: &RequestHandle,
) -> Result<(Application, StoredRequest, AuthorizationRequest), Refused<AuthorizeRefusal>> {
    let stored = StoredRequest::find(tx, handle, ctx.now())?.ok_or_else(gone)?;
    let application = Application::find(tx, &stored.client_id)?.ok_or_else(gone)?;
    let request = stored.request()?;
    // The registration may have changed since: a redirect URI that was taken out gets no code.
    registered(&application, &request.redirect_uri).ok_or_else(gone)?;
    Ok((application, stored, request))
}

fn gone() -> Refused<AuthorizeRefusal> {
    Refused::Answer(AuthorizeRefusal::Page(OAuthError::invalid_request(
        "this request has expired or was already answered: go back to the application and start again",
    )))
}

fn ask(
    tx: &mut Tx,
    ctx: &Context,
    application: &Application,
    request: &AuthorizationRequest,
    stored: &StoredRequest,
    handle: RequestHandle,
    (who, user): (&SignedIn, User),
) -> Result<AuthorizeStep, Refused<AuthorizeRefusal>> {
    stored.bind(tx, &who.user_id, &who.session)?;
    Ok(AuthorizeStep::Consent(consent::view(tx, ctx, application, request, &user, handle)?))
}

/// RFC 6749 §4.1.2: a code, for this client, this redirect URI and this challenge.
fn issue_code(
    tx: &mut Tx,
    ctx: &Context,
    application: &Application,
    request: &AuthorizationRequest,
    who: &SignedIn,
) -> Result<AuthorizationResponse, Fault> {
    let now = ctx.now();
    let expires_at = now + ctx.lifetimes.authorization_code;
    let authorization_id = Authorization::create(
        tx,
        &application.client_id,
        who,
        &request.scopes,
        &request.resources,
        now,
        expires_at,
    )?;
    let code = AuthorizationCode::generate();
    StoredCode {
        digest: authorization_codes::digest(&code),
        authorization_id,
        redirect_uri: request.redirect_uri.clone(),
        redirect_uri_sent: request.redirect_uri_sent,
        code_challenge: request.code_challenge.clone(),
        nonce: request.nonce.clone(),
        expires_at: expires_at.unix(),
        used_at: None,
    }
    .insert(tx)?;
    Ok(AuthorizationResponse::code(ctx, application, request, &code))
}
