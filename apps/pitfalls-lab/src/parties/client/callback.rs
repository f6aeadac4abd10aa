//! The end of a login: `/callback`.

use std::sync::Arc;

use auth_core::client_authentication::basic_header;
use auth_core::http_client::HttpError;
use auth_core::jwks::JwkSet;
use auth_core::jwt::VerificationKeys;
use auth_core::params::Params;
use auth_core::secret::{ClientSecret, random_token};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::super::authorization_server::{ALBUM, cookie, secret_of};
use super::super::{World, page};
use super::{COOKIE, SignedIn, provider, redirect_uri, with_session};
use crate::checks::{IdTokenCheck, PendingLogin, ResponseIssuer, SignedInTokens};
use crate::lock;

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
}

pub(super) async fn callback(
    State(world): State<Arc<World>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let live = world.live();
    let refuse = |status, error: &str, why: &str| page::problem(status, error, why);
    let Ok(params) = Params::parse(query.unwrap_or_default().as_bytes()) else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", "The address cannot be read.");
    };
    let session = cookie(&headers, COOKIE).unwrap_or_default();
    // Before anything else, and before the code is shown to anybody.
    let Some(pending) = (world.checks.pending_login)(&live.client.pending, &session, params.get("state"))
    else {
        return refuse(StatusCode::BAD_REQUEST, "state", "This browser did not begin this login.");
    };
    let (_, provider) = provider(&world, pending.provider);
    let response = ResponseIssuer {
        expected: provider.issuer,
        presented: params.get("iss"),
        advertised: provider.promises_iss,
    };
    if !(world.checks.response_issuer)(&response) {
        return refuse(
            StatusCode::BAD_REQUEST,
            "issuer",
            "The answer is from another server than the one asked.",
        );
    }
    let Some(code) = params.get("code") else {
        return refuse(
            StatusCode::BAD_REQUEST,
            params.get("error").unwrap_or("invalid_request"),
            "No code came.",
        );
    };
    let tokens = match exchange(&world, &pending, code).await {
        Ok(tokens) => tokens,
        Err(error) => return unusable(&error),
    };
    let keys = live.client.http.get_json::<JwkSet>(&format!("{}/jwks.json", provider.issuer)).await;
    let keys = keys.map(|set| VerificationKeys::from_jwks(&set)).unwrap_or_default();
    let check = IdTokenCheck {
        id_token: &tokens.id_token,
        keys: &keys,
        issuer: provider.issuer,
        client_id: ALBUM,
        nonce: &pending.nonce,
        now: live.clock.now(),
    };
    let claims = match (world.checks.id_token)(&check) {
        Ok(claims) => claims,
        // Nothing of the token is repeated: it is not ours to show.
        Err(error) => return refuse(StatusCode::BAD_GATEWAY, "invalid_id_token", &error.to_string()),
    };
    // A new session id: whatever this browser had before signing in is of no use afterwards.
    let session = random_token();
    let held = SignedInTokens { access_token: &tokens.access_token, session: &session };
    let browser_state = (world.checks.browser_state)(&held);
    let signed_in = SignedIn {
        issuer: claims.iss,
        subject: claims.sub,
        access_token: tokens.access_token,
        browser_state,
    };
    lock(&live.client.sessions).insert(session.clone(), signed_in);
    with_session(page::see_other(&pending.next), &session)
}

async fn exchange(world: &World, pending: &PendingLogin, code: &str) -> Result<Tokens, HttpError> {
    let live = world.live();
    let (name, provider) = provider(world, pending.provider);
    let redirect_uri = redirect_uri(world);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", &pending.verifier),
    ];
    // Each provider has a secret of its own; the attacker's never had one.
    let authorization = (name == "as").then(|| basic_header(ALBUM, &ClientSecret::new(secret_of(ALBUM))));
    // This small server makes a few calls at a time: who waits here, waits for the others.
    let _turn = live.client.calls.acquire().await;
    let url = format!("{}/token", provider.issuer);
    let request = live.client.http.reqwest().post(&url).header(crate::wire::ACTOR, "client").form(&form);
    let request = match authorization {
        Some(value) => request.header(http::header::AUTHORIZATION, value),
        None => request,
    };
    live.client.http.send(request).await?.success()?.json()
}

fn unusable(error: &HttpError) -> Response {
    match error {
        HttpError::Network(_) => {
            page::problem(StatusCode::GATEWAY_TIMEOUT, "timeout", "The provider did not answer in time.")
        }
        _ => page::problem(
            StatusCode::BAD_GATEWAY,
            "invalid_grant",
            "The provider gave no tokens for this code.",
        ),
    }
}
