//! The token endpoint (RFC 6749 §3.2) and revocation (RFC 7009).

use std::sync::Arc;

use auth_core::client_authentication::{PresentedClient, present};
use auth_core::error::OAuthError;
use auth_core::jwt::{self, AccessTokenClaims, IdTokenClaims};
use auth_core::params::Params;
use auth_core::redirect_uri::ClientType;
use auth_core::scope::Scopes;
use auth_core::secret::{AuthorizationCode, ClientSecret, RefreshToken, random_id};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};

use super::super::{Live, World, page};
use super::{ACCESS_TOKEN_LIFETIME, Client, Code, Refresh, UTC_OFFSET_SECONDS, secret_of, user};
use crate::checks::{RedeemedBy, ServerTime, Used};
use crate::lock;

type Answer = Result<Value, OAuthError>;

pub(super) async fn token(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let live = world.live();
    match granted(&world, &live, &headers, &body).await {
        Ok(tokens) => page::json(StatusCode::OK, &tokens),
        Err(error) => page::json(error.status(), &error.to_json()),
    }
}

async fn granted(world: &World, live: &Live, headers: &HeaderMap, body: &Bytes) -> Answer {
    let form = Params::parse(body).map_err(|error| OAuthError::invalid_request(error.to_string()))?;
    let client = authenticated_client(live, headers, &form)?;
    match form.get("grant_type") {
        Some("authorization_code") => authorization_code(world, live, &client, &form).await,
        Some("refresh_token") => refresh_token(world, live, &client, &form).await,
        Some("client_credentials") => client_credentials(world, live, &client),
        _ => Err(OAuthError::unsupported_grant_type(
            "use authorization_code, refresh_token or client_credentials",
        )),
    }
}

fn authenticated_client(live: &Live, headers: &HeaderMap, form: &Params) -> Result<Client, OAuthError> {
    let authorization: Vec<&str> =
        headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| value.to_str().ok()).collect();
    let PresentedClient { client_id, secret, .. } =
        present(&authorization, form).map_err(|error| error.error)?;
    let client = live.authorization_server.client(&client_id);
    let client = client.ok_or_else(|| OAuthError::invalid_client("there is no such client"))?;
    let good = match (client.client_type, secret) {
        (ClientType::Public, None) => true,
        (ClientType::Confidential, Some(secret)) => secret.matches(&ClientSecret::new(secret_of(&client.id))),
        _ => false,
    };
    good.then_some(client).ok_or_else(|| OAuthError::invalid_client("the client is not authenticated"))
}

async fn authorization_code(world: &World, live: &Live, client: &Client, form: &Params) -> Answer {
    let bad = |why: &'static str| OAuthError::invalid_grant(why);
    let server = &live.authorization_server;
    let digest = AuthorizationCode::new(form.get("code").unwrap_or_default()).digest();
    // First everything that can be wrong without the code being used up: a thief with half of the
    // proof must not be able to burn it.
    let (code, _) = server.codes.peek(digest).ok_or_else(|| bad("the code is unknown"))?;
    let by = RedeemedBy { issued_to: &code.client_id, presented_by: &client.id };
    if !(world.checks.code_client)(&by) {
        return Err(bad("the code was issued to another client"));
    }
    // RFC 6749 §4.1.3
    if form.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(bad("the redirect_uri is not that of the authorization request"));
    }
    if live.clock.now() >= code.expires {
        return Err(bad("the code has expired"));
    }
    world.checks.pkce.verify(code.challenge.as_deref(), form.get("code_verifier"))?;
    match (world.checks.code_use)(&server.codes, digest).await {
        Some(Used::First(code)) => issue_for_code(world, live, &client.id, code),
        Some(Used::Again(code)) => {
            // RFC 6749 §4.1.2: and the tokens of its first use end.
            lock(&server.revoked).insert(code.authorization);
            Err(bad("the code has been used"))
        }
        None => Err(bad("the code is unknown")),
    }
}

fn issue_for_code(world: &World, live: &Live, client_id: &str, code: Code) -> Answer {
    let access_token = access_token(world, live, client_id, &code.user, &code.scope, &code.authorization)?;
    let id_token = id_token(world, live, client_id, &code, &access_token)?;
    let refresh = Refresh {
        client_id: client_id.to_owned(),
        user: code.user,
        scope: code.scope.clone(),
        authorization: code.authorization,
    };
    let mut tokens = response(&access_token, &code.scope);
    tokens.insert("id_token".to_owned(), id_token.into());
    tokens.insert("refresh_token".to_owned(), new_refresh_token(live, refresh).into());
    Ok(Value::Object(tokens))
}

async fn refresh_token(world: &World, live: &Live, client: &Client, form: &Params) -> Answer {
    let bad = || OAuthError::invalid_grant("the refresh token is unknown, used, or another client's");
    let server = &live.authorization_server;
    let digest = RefreshToken::new(form.get("refresh_token").unwrap_or_default()).digest();
    let (known, _) = server.refresh_tokens.peek(digest).ok_or_else(bad)?;
    if known.client_id != client.id || lock(&server.revoked).contains(&known.authorization) {
        return Err(bad());
    }
    match (world.checks.refresh_use)(&server.refresh_tokens, digest).await {
        Some(Used::First(refresh)) => {
            let token =
                access_token(world, live, &client.id, &refresh.user, &refresh.scope, &refresh.authorization)?;
            let mut tokens = response(&token, &refresh.scope);
            tokens.insert("refresh_token".to_owned(), new_refresh_token(live, refresh).into());
            Ok(Value::Object(tokens))
        }
        Some(Used::Again(refresh)) => {
            // RFC 9700 §4.14.2: one of the two holders is a thief, so the whole family ends.
            lock(&server.revoked).insert(refresh.authorization);
            Err(bad())
        }
        None => Err(bad()),
    }
}

/// RFC 6749 §4.4: for the client itself. A public client has nothing to prove itself with.
fn client_credentials(world: &World, live: &Live, client: &Client) -> Answer {
    if client.client_type == ClientType::Public {
        return Err(OAuthError::unauthorized_client("a public client may not use client_credentials"));
    }
    let token = access_token(world, live, &client.id, &client.id, "profile", &random_id(12))?;
    Ok(Value::Object(response(&token, "profile")))
}

fn response(access_token: &str, scope: &str) -> Map<String, Value> {
    let fixed = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_LIFETIME.as_secs(),
        "scope": scope,
    });
    match fixed {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn new_refresh_token(live: &Live, refresh: Refresh) -> String {
    let token = RefreshToken::generate();
    live.authorization_server.refresh_tokens.put(token.digest(), refresh);
    token.secret().to_owned()
}

pub(super) fn access_token(
    world: &World,
    live: &Live,
    client_id: &str,
    subject: &str,
    scope: &str,
    authorization: &str,
) -> Result<String, OAuthError> {
    let server = &live.authorization_server;
    let now = live.clock.now();
    let time = ServerTime { now, utc_offset_seconds: UTC_OFFSET_SECONDS };
    let claims = AccessTokenClaims {
        iss: world.urls.authorization_server.clone(),
        sub: subject.to_owned(),
        aud: server.client(client_id).map(|client| client.audience).unwrap_or_default().into(),
        client_id: client_id.to_owned(),
        exp: (world.checks.token_expiry)(&time, ACCESS_TOKEN_LIFETIME),
        iat: now,
        jti: random_id(16),
        scope: Scopes::parse(scope).map_err(|error| OAuthError::invalid_scope(error.to_string()))?,
        auth_time: None,
        auth_id: Some(authorization.to_owned()),
    };
    server.key.sign(jwt::ACCESS_TOKEN_TYPE, &claims).map_err(|_| OAuthError::server_error("signing failed"))
}

fn id_token(
    world: &World,
    live: &Live,
    client_id: &str,
    code: &Code,
    access_token: &str,
) -> Result<String, OAuthError> {
    let key = &live.authorization_server.key;
    let now = live.clock.now();
    let mut extra = Map::new();
    extra.insert("name".to_owned(), user(&code.user).map_or("", |user| user.name).into());
    let claims = IdTokenClaims {
        iss: world.urls.authorization_server.clone(),
        sub: code.user.clone(),
        aud: client_id.into(),
        exp: now + ACCESS_TOKEN_LIFETIME,
        iat: now,
        nonce: code.nonce.clone(),
        at_hash: Some(jwt::at_hash(access_token, key.algorithm())),
        extra,
        ..IdTokenClaims::default()
    };
    key.sign(jwt::JWT_TYPE, &claims).map_err(|_| OAuthError::server_error("signing failed"))
}

/// RFC 7009 §2.2: 200 whether or not the token was known.
pub(super) async fn revoke(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    let live = world.live();
    let server = &live.authorization_server;
    let form = Params::parse(&body).unwrap_or_default();
    let client = match authenticated_client(&live, &headers, &form) {
        Ok(client) => client,
        Err(error) => return page::json(error.status(), &error.to_json()),
    };
    let digest = RefreshToken::new(form.get("token").unwrap_or_default()).digest();
    if let Some((refresh, _)) = server.refresh_tokens.peek(digest)
        && refresh.client_id == client.id
    {
        lock(&server.revoked).insert(refresh.authorization);
    }
    page::json(StatusCode::OK, &json!({}))
}
