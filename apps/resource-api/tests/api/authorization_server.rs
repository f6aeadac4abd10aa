//! An authorization server that signs what a test asks for: real keys, real tokens, real HTTP.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpRequest, HttpResponse, web};
use auth_core::{
    client_authentication::basic_header,
    clock::Clock,
    introspection::IntrospectionResponse,
    jwks::JwkSet,
    jwt::{self, ACCESS_TOKEN_TYPE, AccessTokenClaims, Algorithm, Expected, SigningKey, VerificationKeys},
    params::Params,
    scope::Scopes,
    secret::{ClientSecret, random_id},
    server::{self, Limits, Listen},
};
use serde_json::json;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{CLIENT_ID, CLIENT_SECRET, RESOURCE};

pub(super) struct AuthorizationServer {
    pub(super) issuer: String,
    inner: Arc<Inner>,
    _stop: DropGuard,
}

struct Inner {
    issuer: String,
    /// What the metadata say, which a test may make untrue.
    claimed_issuer: Mutex<String>,
    key: SigningKey,
    clock: Clock,
    revoked: Mutex<HashSet<String>>,
    questions: AtomicUsize,
    down: Mutex<bool>,
}

impl AuthorizationServer {
    pub(super) async fn start(clock: Clock) -> Self {
        let listener = Listen::Address("127.0.0.1:0".parse().unwrap()).bind("LISTEN").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            claimed_issuer: Mutex::new(issuer.clone()),
            issuer: issuer.clone(),
            key: SigningKey::generate(Algorithm::ES256).unwrap(),
            clock,
            revoked: Mutex::default(),
            questions: AtomicUsize::new(0),
            down: Mutex::new(false),
        });
        let data = web::Data::from(inner.clone());
        let routes = move |config: &mut web::ServiceConfig| {
            config
                .app_data(data.clone())
                .route("/.well-known/oauth-authorization-server", web::get().to(metadata))
                .route("/jwks", web::get().to(jwks))
                .route("/introspect", web::post().to(introspect));
        };
        let server = server::actix(listener, routes, Limits::default()).unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(server.run(stop.clone()));
        Self { issuer, inner, _stop: stop.drop_guard() }
    }

    /// What a token says that is good for fifteen minutes.
    pub(super) fn claims(&self, sub: &str, client_id: &str, scope: &str) -> AccessTokenClaims {
        let now = self.inner.clock.now();
        AccessTokenClaims {
            iss: self.issuer.clone(),
            sub: sub.to_owned(),
            aud: RESOURCE.into(),
            client_id: client_id.to_owned(),
            exp: now + Duration::from_secs(900),
            iat: now,
            jti: random_id(20),
            scope: Scopes::parse(scope).unwrap(),
            ..AccessTokenClaims::default()
        }
    }

    pub(super) fn token(&self, sub: &str, client_id: &str, scope: &str) -> String {
        self.sign(ACCESS_TOKEN_TYPE, &self.claims(sub, client_id, scope))
    }

    pub(super) fn sign(&self, typ: &str, claims: &AccessTokenClaims) -> String {
        self.inner.key.sign(typ, claims).unwrap()
    }

    pub(super) fn revoke(&self, token: &str) {
        self.inner.revoked.lock().unwrap().insert(token.to_owned());
    }

    /// How often it was asked about a token.
    pub(super) fn questions(&self) -> usize {
        self.inner.questions.load(Ordering::SeqCst)
    }

    pub(super) fn set_down(&self, down: bool) {
        *self.inner.down.lock().unwrap() = down;
    }

    pub(super) fn claim_to_be(&self, issuer: &str) {
        *self.inner.claimed_issuer.lock().unwrap() = issuer.to_owned();
    }
}

async fn metadata(inner: web::Data<Inner>) -> HttpResponse {
    if *inner.down.lock().unwrap() {
        return HttpResponse::BadGateway().finish();
    }
    HttpResponse::Ok().json(json!({
        "issuer": *inner.claimed_issuer.lock().unwrap(),
        "jwks_uri": format!("{}/jwks", inner.issuer),
        "introspection_endpoint": format!("{}/introspect", inner.issuer),
    }))
}

async fn jwks(inner: web::Data<Inner>) -> HttpResponse {
    HttpResponse::Ok().json(JwkSet { keys: inner.key.public_jwk().into_iter().collect() })
}

async fn introspect(inner: web::Data<Inner>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    inner.questions.fetch_add(1, Ordering::SeqCst);
    if *inner.down.lock().unwrap() {
        return HttpResponse::BadGateway().finish();
    }
    let expected = basic_header(CLIENT_ID, &ClientSecret::new(CLIENT_SECRET));
    if request.headers().get("authorization").is_none_or(|value| value != expected.as_str()) {
        return HttpResponse::Unauthorized().finish();
    }
    let form = Params::parse(&body).unwrap();
    let token = form.get("token").unwrap();
    let keys = VerificationKeys::from_signing_keys([&inner.key]);
    // Whether it is for the API that asks is the API's to compare, and so not compared here.
    let audience = jwt::kid_of(token).ok().and_then(|_| audience_of(token)).unwrap_or_default();
    let expected = Expected { leeway: Duration::ZERO, ..Expected::access_token(&inner.issuer, audience) };
    let verified = jwt::verify::<AccessTokenClaims>(token, &keys, &expected, inner.clock.now());
    let response = match verified {
        Ok(verified) if !inner.revoked.lock().unwrap().contains(token) => {
            let claims = verified.claims;
            IntrospectionResponse {
                active: true,
                scope: Some(claims.scope),
                client_id: Some(claims.client_id),
                token_type: Some("Bearer".to_owned()),
                exp: Some(claims.exp),
                iat: Some(claims.iat),
                sub: Some(claims.sub),
                aud: Some(claims.aud),
                iss: Some(claims.iss),
                jti: Some(claims.jti),
                ..IntrospectionResponse::default()
            }
        }
        _ => IntrospectionResponse::inactive(),
    };
    HttpResponse::Ok().json(response)
}

fn audience_of(token: &str) -> Option<String> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: AccessTokenClaims = serde_json::from_slice(&payload).ok()?;
    claims.aud.iter().next().map(str::to_owned)
}
