//! The authorization endpoint and the consent page (RFC 6749 §4.1.1 and §4.1.2).

use std::sync::Arc;

use askama::Template;
use auth_core::error::OAuthError;
use auth_core::headers::Csp;
use auth_core::params::Params;
use auth_core::secret::{AuthorizationCode, CsrfToken, RequestHandle, random_id};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use url::Url;

use super::super::{Live, World, page};
use super::{CODE_LIFETIME, Code, Pending, token};
use crate::checks::{ConsentForm, ResponseType};
use crate::lock;

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    client: &'a str,
    user: &'a str,
    scope: &'a str,
    request: &'a str,
    csrf_token: &'a str,
}

pub(super) async fn authorize(
    State(world): State<Arc<World>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let live = world.live();
    let refuse = |problem: &str| page::problem(StatusCode::BAD_REQUEST, "invalid_request", problem);
    // RFC 6749 §3.1: a parameter must not come twice.
    let params = match Params::parse(query.unwrap_or_default().as_bytes()) {
        Ok(params) => params,
        Err(error) => return refuse(&error.to_string()),
    };
    let server = &live.authorization_server;
    let Some(client) = params.get("client_id").and_then(|id| server.client(id)) else {
        return refuse("There is no such client.");
    };
    // RFC 6749 §4.1.2.1: until the redirect URI is known to be the client's, redirect nowhere.
    let presented = params.get("redirect_uri");
    let redirect_uri = match (world.checks.redirect_uri)(&client.redirect_uris, presented) {
        Ok(redirect_uri) => redirect_uri,
        Err(_) if presented.is_some() && presented == client.as_written.as_deref() => {
            presented.unwrap_or_default().to_owned()
        }
        Err(error) => return refuse(&error.to_string()),
    };
    let state = params.get("state").map(str::to_owned);
    let pending = match validated(&world, &params) {
        Ok((response_type, challenge)) => Pending {
            client_id: client.id,
            redirect_uri,
            scope: params.get("scope").unwrap_or("openid").to_owned(),
            state,
            nonce: params.get("nonce").map(str::to_owned),
            challenge,
            response_type,
        },
        Err(error) => {
            let issuer = &world.urls.authorization_server;
            return with_query(
                StatusCode::SEE_OTHER,
                &redirect_uri,
                error.redirect_params(state.as_deref(), issuer),
            );
        }
    };
    let handle = RequestHandle::generate().secret().to_owned();
    lock(&server.requests).insert(handle.clone(), pending);
    match server.session(&headers) {
        None => page::see_other(&format!("/login?request={handle}")),
        Some(session) => signed_in(&world, &live, &handle, &session.username, StatusCode::SEE_OTHER),
    }
}

fn validated(world: &World, params: &Params) -> Result<(ResponseType, Option<String>), OAuthError> {
    let response_type = (world.checks.response_type)(params.get("response_type").unwrap_or_default())?;
    // PKCE protects codes; the implicit grant has none.
    let challenge = match response_type {
        ResponseType::Code => {
            world.checks.pkce.challenge(params.get("code_challenge"), params.get("code_challenge_method"))?
        }
        ResponseType::Token => None,
    };
    Ok((response_type, challenge))
}

/// The user is known: ask for consent, or answer at once when it was given before.
pub(super) fn signed_in(
    world: &World,
    live: &Live,
    handle: &str,
    user: &str,
    status: StatusCode,
) -> Response {
    let server = &live.authorization_server;
    let pending = lock(&server.requests).get(handle).cloned();
    match pending {
        Some(pending) if lock(&server.consents).contains(&(user.to_owned(), pending.client_id.clone())) => {
            allow(world, live, handle, user, status)
        }
        _ => page::see_other(&format!("/consent?request={handle}")),
    }
}

pub(super) async fn consent_page(
    State(world): State<Arc<World>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let live = world.live();
    let server = &live.authorization_server;
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let handle = params.get("request").unwrap_or_default();
    let pending = lock(&server.requests).get(handle).cloned();
    let (Some(session), Some(pending)) = (server.session(&headers), pending) else {
        return page::problem(StatusCode::BAD_REQUEST, "invalid_request", "Begin again at the app.");
    };
    let main = ConsentPage {
        client: &pending.client_id,
        user: &session.username,
        scope: &pending.scope,
        request: handle,
        csrf_token: &session.csrf,
    };
    leading_to(Some(&pending), page::page(StatusCode::OK, "Allow?", &main))
}

/// A page whose form leads to the redirect URI in the end: its policy must say so, for Chromium looks at
/// the redirects that answer a form, too. Whether that address is good was decided before.
pub(super) fn leading_to(pending: Option<&Pending>, mut page: Response) -> Response {
    let redirect_uri = pending.and_then(|pending| Url::parse(&pending.redirect_uri).ok());
    let origin = redirect_uri.map(|uri| uri.origin().ascii_serialization());
    if let Ok(policy) = HeaderValue::from_str(&Csp::strict().form_action(origin).value()) {
        page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    page
}

pub(super) async fn consent(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let live = world.live();
    let server = &live.authorization_server;
    let Ok(form) = Params::parse(&body) else {
        return page::problem(StatusCode::BAD_REQUEST, "invalid_request", "The form cannot be read.");
    };
    let Some(session) = server.session(&headers) else {
        return page::problem(StatusCode::UNAUTHORIZED, "login_required", "Nobody is signed in.");
    };
    let presented = form.get("csrf_token");
    let check = ConsentForm {
        session: &CsrfToken::new(session.csrf.clone()),
        presented,
        known_to_server: presented.is_some_and(|token| server.knows_csrf(token)),
        origin: headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()),
        own_origin: &world.urls.authorization_server,
    };
    if !(world.checks.consent_form)(&check) {
        return page::problem(
            StatusCode::FORBIDDEN,
            "access_denied",
            "This form is not from a page that you were shown.",
        );
    }
    let handle = form.get("request").unwrap_or_default();
    if form.get("decision") == Some("allow") {
        return allow(&world, &live, handle, &session.username, StatusCode::SEE_OTHER);
    }
    let Some(pending) = lock(&server.requests).remove(handle) else {
        return page::problem(StatusCode::BAD_REQUEST, "invalid_request", "Begin again at the app.");
    };
    let error = OAuthError::access_denied("the user did not allow it");
    let params = error.redirect_params(pending.state.as_deref(), &world.urls.authorization_server);
    with_query(StatusCode::SEE_OTHER, &pending.redirect_uri, params)
}

/// Answers the request: it is decided once, so it is taken out of the store.
fn allow(world: &World, live: &Live, handle: &str, user: &str, status: StatusCode) -> Response {
    let server = &live.authorization_server;
    let Some(pending) = lock(&server.requests).remove(handle) else {
        return page::problem(StatusCode::BAD_REQUEST, "invalid_request", "Begin again at the app.");
    };
    lock(&server.consents).insert((user.to_owned(), pending.client_id.clone()));
    let authorization = random_id(12);
    let issuer = world.urls.authorization_server.clone();
    let mut answer = match pending.response_type {
        ResponseType::Code => {
            let code = AuthorizationCode::generate();
            server.codes.put(
                code.digest(),
                Code {
                    client_id: pending.client_id,
                    user: user.to_owned(),
                    redirect_uri: pending.redirect_uri.clone(),
                    scope: pending.scope,
                    nonce: pending.nonce,
                    challenge: pending.challenge,
                    authorization,
                    expires: live.clock.now() + CODE_LIFETIME,
                },
            );
            // RFC 9207 §2: the response says who answers.
            vec![("code", code.secret().to_owned()), ("iss", issuer)]
        }
        ResponseType::Token => {
            let token =
                token::access_token(world, live, &pending.client_id, user, &pending.scope, &authorization);
            vec![("access_token", token.unwrap_or_default()), ("token_type", "Bearer".to_owned())]
        }
    };
    answer.extend(pending.state.map(|state| ("state", state)));
    match pending.response_type {
        ResponseType::Code => with_query(status, &pending.redirect_uri, answer),
        ResponseType::Token => {
            let fragment = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
            page::redirect(status, &format!("{}#{fragment}", pending.redirect_uri))
        }
    }
}

fn with_query(status: StatusCode, redirect_uri: &str, params: Vec<(&'static str, String)>) -> Response {
    match Url::parse_with_params(redirect_uri, params) {
        Ok(url) => page::redirect(status, url.as_str()),
        Err(_) => page::problem(StatusCode::BAD_REQUEST, "invalid_request", "The redirect URI is no URI."),
    }
}
