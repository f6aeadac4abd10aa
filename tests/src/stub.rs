//! Stand-ins for a party that a test plays itself: an API that fails as told, an authorization server
//! that lies.

use std::sync::{Arc, Mutex};

use auth_core::{
    clock::{Clock, ManualClock},
    jwt::{Algorithm, SigningKey},
};
use axum::{Router, body::Bytes, extract::State, http::Request, response::Response};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{jwt::at_hash, server::free_listener};

/// What a stub was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub authorization: Option<String>,
    pub body: String,
}

/// What a stub answers.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Value,
}

impl Answer {
    pub fn json(status: u16, body: Value) -> Answer {
        Answer { status, headers: Vec::new(), body }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Answer {
        self.headers.push((name, value.to_owned()));
        self
    }
}

type Script = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

/// A server that answers what a closure says and remembers what it was asked.
#[derive(Clone)]
pub struct Stub {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    script: Script,
    _running: Arc<DropGuard>,
}

impl Stub {
    pub async fn start(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Stub {
        Stub::start_knowing_itself(|_| script).await
    }

    /// Starts a stub whose answers contain its own address.
    pub async fn start_knowing_itself<F>(make: impl FnOnce(&str) -> F) -> Stub
    where
        F: Fn(&Asked) -> Answer + Send + Sync + 'static,
    {
        let (listener, port) = free_listener();
        let url = format!("http://localhost:{port}");
        let stop = CancellationToken::new();
        let stub = Stub {
            script: Arc::new(make(&url)),
            url,
            asked: Arc::default(),
            _running: Arc::new(stop.clone().drop_guard()),
        };
        let (asked, script) = (stub.asked.clone(), stub.script.clone());
        let router = Router::new().fallback(answer).with_state((asked, script));
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(async move {
            let server = axum::serve(listener, router);
            let _ = server.with_graceful_shutdown(stop.cancelled_owned()).await;
        });
        stub
    }

    /// All that was asked so far, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn asked_for(&self, path: &str) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.path == path).collect()
    }
}

async fn answer(
    State((asked, script)): State<(Arc<Mutex<Vec<Asked>>>, Script)>,
    request: Request<axum::body::Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let one = Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        authorization: parts.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    asked.lock().unwrap().push(one.clone());
    let answer = script(&one);
    let mut response = Response::builder().status(answer.status).header("content-type", "application/json");
    for (name, value) in &answer.headers {
        response = response.header(*name, value);
    }
    response.body(answer.body.to_string().into()).unwrap()
}

/// What a lying provider says at its token endpoint; a test sets it once it has seen the client's
/// authorization request.
#[derive(Debug, Clone, Default)]
pub struct Lie {
    /// Merged into the claims of an ID token that is otherwise right; null removes a claim.
    pub claims: Value,
    /// Sent instead of a well-made ID token.
    pub id_token: Option<String>,
    /// Signed by a key that is not published.
    pub foreign_key: bool,
    pub nonce: String,
    /// The token endpoint's answer is this instead.
    pub answer: Option<(u16, Value)>,
}

/// An authorization server played by a test: discovery and keys are right, the rest is `Lie`.
pub struct Provider {
    pub stub: Stub,
    pub clock: ManualClock,
    pub shared_clock: Clock,
    lie: Arc<Mutex<Lie>>,
}

pub const ACCESS_TOKEN: &str = "an-access-token-of-the-provider";

impl Provider {
    pub async fn start(client_id: &str, change_metadata: Value) -> Provider {
        let lie = Arc::new(Mutex::new(Lie::default()));
        let (told, client_id) = (lie.clone(), client_id.to_owned());
        let (shared_clock, clock) = Clock::manual();
        let time = shared_clock.clone();
        let key = SigningKey::generate(Algorithm::RS256).unwrap();
        let foreign = SigningKey::generate(Algorithm::RS256).unwrap();
        let stub = Stub::start_knowing_itself(move |url| {
            let issuer = url.to_owned();
            move |asked: &Asked| match asked.path.as_str() {
                "/.well-known/openid-configuration" => Answer::json(200, metadata(&issuer, &change_metadata)),
                "/.well-known/jwks.json" => Answer::json(200, json!({ "keys": [key.public_jwk().unwrap()] })),
                "/o/token" => {
                    let lie = told.lock().unwrap().clone();
                    let key = if lie.foreign_key { &foreign } else { &key };
                    token_answer(&lie, &issuer, &client_id, key, time.now().unix())
                }
                "/o/userinfo" => Answer::json(200, json!({ "sub": "alice-at-the-provider" })),
                _ => Answer::json(200, json!({})),
            }
        })
        .await;
        Provider { stub, clock, shared_clock, lie }
    }

    pub fn tell(&self, lie: Lie) {
        *self.lie.lock().unwrap() = lie;
    }

    /// How often the token endpoint was asked with this grant.
    pub fn asked_with(&self, grant_type: &str) -> usize {
        let wanted = format!("grant_type={grant_type}");
        let asked = self.stub.asked_for("/o/token");
        asked.iter().filter(|asked| asked.body.split('&').any(|field| field == wanted)).count()
    }

    /// How often a code was brought to the token endpoint.
    pub fn exchanges(&self) -> usize {
        self.asked_with("authorization_code")
    }
}

// ANCHOR: token_answer
fn token_answer(lie: &Lie, issuer: &str, client_id: &str, key: &SigningKey, now: i64) -> Answer {
    if let Some((status, body)) = &lie.answer {
        return Answer::json(*status, body.clone());
    }
    let mut claims = json!({
        "iss": issuer, "sub": "alice-at-the-provider", "aud": client_id, "exp": now + 300, "iat": now,
        "auth_time": now, "nonce": lie.nonce, "at_hash": at_hash(ACCESS_TOKEN), "name": "Alice Example",
    });
    if let (Some(claims), Some(changes)) = (claims.as_object_mut(), lie.claims.as_object()) {
        for (name, value) in changes {
            claims.insert(name.clone(), value.clone());
        }
        claims.retain(|_, value| !value.is_null());
    }
    let id_token = lie.id_token.clone().unwrap_or_else(|| key.sign("JWT", &claims).unwrap());
    Answer::json(
        200,
        json!({
            "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 900,
            "refresh_token": "a-refresh-token-of-the-provider", "scope": crate::stack::SCOPES,
            "id_token": id_token,
        }),
    )
}
// ANCHOR_END: token_answer

fn metadata(issuer: &str, change: &Value) -> Value {
    let mut metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/o/authorize"),
        "token_endpoint": format!("{issuer}/o/token"),
        "userinfo_endpoint": format!("{issuer}/o/userinfo"),
        "revocation_endpoint": format!("{issuer}/o/revoke_token"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile"],
        "authorization_response_iss_parameter_supported": true,
    });
    if let (Some(metadata), Some(change)) = (metadata.as_object_mut(), change.as_object()) {
        for (name, value) in change {
            metadata.insert(name.clone(), value.clone());
        }
        metadata.retain(|_, value| !value.is_null());
    }
    metadata
}
