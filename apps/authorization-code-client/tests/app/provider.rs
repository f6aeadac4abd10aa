//! A provider and an API in one: as small as can be, and only as honest as its [`Mood`].

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::client_authentication::{ClientAuthMethod, present};
use auth_core::clock::Clock;
use auth_core::jwks::JwkSet;
use auth_core::jwt::{self, Algorithm, SigningKey};
use auth_core::params::Params;
use auth_core::pkce::{CodeChallenge, CodeVerifier};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use url::Url;

pub(crate) const CLIENT_ID: &str = "notes-web";
pub(crate) const CLIENT_SECRET: &str = "3Qp9zKx1-Vw8Lr2_Tn6Bd5Hs";
pub(crate) const CODE: &str = "SplxlOBeZQQYbYS6WxSbIA";
pub(crate) const ACCESS_TOKEN_LIFETIME: u64 = 900;

type Claims = Map<String, Value>;
pub(crate) type Sign = Box<dyn Fn(&Claims) -> String + Send>;

/// How the provider behaves; honest by default.
pub(crate) struct Mood {
    /// Changes the ID token's claims before it is signed.
    pub(crate) claims: Box<dyn Fn(&mut Claims) + Send>,
    /// Makes the ID token of its claims in another way than by signing them.
    pub(crate) sign: Option<Sign>,
    /// Answers every token request with this.
    pub(crate) token_error: Option<(u16, Value)>,
    /// Waits before it answers a token request.
    pub(crate) token_delay: Duration,
    pub(crate) scope: &'static str,
    pub(crate) userinfo: bool,
    /// The client is registered without a secret.
    pub(crate) public_client: bool,
    /// Tokens cannot be revoked.
    pub(crate) revocation_fails: bool,
    /// The API answers everything with this.
    pub(crate) api_status: Option<StatusCode>,
    /// The API takes no more notes.
    pub(crate) refuse_notes: bool,
}

impl Default for Mood {
    fn default() -> Self {
        Self {
            claims: Box::new(|_| ()),
            sign: None,
            token_error: None,
            token_delay: Duration::ZERO,
            scope: "openid profile offline_access notes:read notes:write",
            userinfo: true,
            public_client: false,
            revocation_fails: false,
            api_status: None,
            refuse_notes: false,
        }
    }
}

/// The authorization request that waits for its code to be exchanged.
struct Authorization {
    nonce: String,
    challenge: CodeChallenge,
}

pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) key: SigningKey,
    pub(crate) mood: Mutex<Mood>,
    clock: Clock,
    authorization: Mutex<Option<Authorization>>,
    /// How often tokens were given: the valid pair is `access-N` and `refresh-N`.
    generation: Mutex<u32>,
    calls: Mutex<Vec<String>>,
    notes: Mutex<Vec<String>>,
}

impl Provider {
    pub(crate) fn start(listener: TcpListener, clock: Clock) -> Arc<Self> {
        let provider = Arc::new(Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            key: SigningKey::generate(Algorithm::ES256).unwrap(),
            mood: Mutex::default(),
            clock,
            authorization: Mutex::default(),
            generation: Mutex::default(),
            calls: Mutex::default(),
            notes: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/o/token", post(token))
            .route("/o/userinfo", get(userinfo))
            .route("/o/revoke", post(revoke))
            .route("/notes", get(list_notes).post(add_note))
            .route("/notes/{id}", axum::routing::delete(delete_note))
            .with_state(Arc::clone(&provider));
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// The user signs in and allows: returns the query with which the browser comes back.
    pub(crate) fn authorize(&self, request: &Url) -> Vec<(String, String)> {
        let param = |name: &str| request.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        *self.authorization.lock().unwrap() = Some(Authorization {
            nonce: param("nonce"),
            challenge: CodeChallenge::parse_s256(&param("code_challenge")).unwrap(),
        });
        [("code", CODE), ("state", &param("state")), ("iss", &self.issuer)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    /// The back-channel requests so far, discovery and keys aside.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, call: &str) -> usize {
        self.calls().iter().filter(|made| *made == call).count()
    }

    pub(crate) fn set_mood(&self, change: impl FnOnce(&mut Mood)) {
        change(&mut self.mood.lock().unwrap());
    }

    /// The client is the one of the tests, and uses the method that it is registered for.
    fn authenticate(&self, headers: &HeaderMap, form: &Params) {
        let authorization: Vec<_> =
            headers.get_all(header::AUTHORIZATION).iter().map(|value| value.to_str().unwrap()).collect();
        let client = present(&authorization, form).unwrap();
        assert_eq!(client.client_id, CLIENT_ID);
        let public = self.mood.lock().unwrap().public_client;
        let method = if public { ClientAuthMethod::None } else { ClientAuthMethod::ClientSecretBasic };
        assert_eq!(client.method, method);
        assert!(client.secret.is_none_or(|secret| secret.secret() == CLIENT_SECRET));
    }

    fn log(&self, call: impl Into<String>) {
        self.calls.lock().unwrap().push(call.into());
    }

    fn tokens(&self, nonce: Option<&str>) -> Value {
        let mood = self.mood.lock().unwrap();
        let mut generation = self.generation.lock().unwrap();
        *generation += 1;
        let access_token = format!("access-{generation}");
        let mut response = json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_TOKEN_LIFETIME,
            "scope": mood.scope,
        });
        if mood.scope.contains("offline_access") {
            response["refresh_token"] = format!("refresh-{generation}").into();
        }
        if let Some(nonce) = nonce {
            let now = self.clock.now();
            let claims = json!({
                "iss": self.issuer,
                "sub": "user-1",
                "aud": CLIENT_ID,
                "exp": now + Duration::from_secs(300),
                "iat": now,
                "nonce": nonce,
                "at_hash": jwt::at_hash(&access_token, self.key.algorithm()),
                "preferred_username": "alice",
            });
            let Value::Object(mut claims) = claims else { unreachable!() };
            (mood.claims)(&mut claims);
            response["id_token"] = match &mood.sign {
                None => self.key.sign(jwt::JWT_TYPE, &claims).unwrap().into(),
                Some(sign) => sign(&claims).into(),
            };
        }
        response
    }

    fn accepts(&self, headers: &HeaderMap) -> bool {
        let valid = format!("Bearer access-{}", self.generation.lock().unwrap());
        headers.get(header::AUTHORIZATION).is_some_and(|sent| *sent == *valid)
    }

    /// What the API says to this request before it does anything.
    fn api_refusal(&self, headers: &HeaderMap) -> Option<StatusCode> {
        let unauthorized = (!self.accepts(headers)).then_some(StatusCode::UNAUTHORIZED);
        self.mood.lock().unwrap().api_status.or(unauthorized)
    }
}

type Shared = State<Arc<Provider>>;

async fn metadata(State(provider): Shared) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/o/authorize"),
        "token_endpoint": format!("{issuer}/o/token"),
        "userinfo_endpoint": format!("{issuer}/o/userinfo"),
        "revocation_endpoint": format!("{issuer}/o/revoke"),
        "jwks_uri": format!("{issuer}/jwks"),
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }))
}

async fn jwks(State(provider): Shared) -> Json<JwkSet> {
    Json(JwkSet { keys: vec![provider.key.public_jwk().unwrap()] })
}

async fn token(State(provider): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let form = Params::parse(&body).unwrap();
    let grant = form.get("grant_type").unwrap();
    provider.log(grant);
    let (delay, error) = {
        let mood = provider.mood.lock().unwrap();
        (mood.token_delay, mood.token_error.clone())
    };
    tokio::time::sleep(delay).await;
    if let Some((status, error)) = error {
        return (StatusCode::from_u16(status).unwrap(), Json(error)).into_response();
    }
    provider.authenticate(&headers, &form);
    let invalid_grant =
        || (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    match grant {
        "authorization_code" => {
            let Some(authorization) = provider.authorization.lock().unwrap().take() else {
                return invalid_grant();
            };
            let verifier = CodeVerifier::parse(form.get("code_verifier").unwrap()).unwrap();
            assert!(authorization.challenge.verify(&verifier), "the verifier of this very login");
            assert!(form.get("redirect_uri").unwrap().ends_with("/callback"));
            Json(provider.tokens(Some(&authorization.nonce))).into_response()
        }
        "refresh_token" => {
            let valid = format!("refresh-{}", provider.generation.lock().unwrap());
            if form.get("refresh_token") != Some(&valid) {
                return invalid_grant();
            }
            Json(provider.tokens(None)).into_response()
        }
        other => panic!("unexpected grant {other}"),
    }
}

async fn userinfo(State(provider): Shared, headers: HeaderMap) -> Response {
    provider.log("userinfo");
    if !provider.mood.lock().unwrap().userinfo || !provider.accepts(&headers) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let claims = json!({ "sub": "user-1", "name": "Alice <Liddell>", "email": "alice@example.com" });
    Json(claims).into_response()
}

async fn revoke(State(provider): Shared, headers: HeaderMap, body: Bytes) -> StatusCode {
    let form = Params::parse(&body).unwrap();
    provider.authenticate(&headers, &form);
    provider.log(format!("revoke {} {}", form.get("token_type_hint").unwrap(), form.get("token").unwrap()));
    if provider.mood.lock().unwrap().revocation_fails {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    }
}

async fn list_notes(State(provider): Shared, headers: HeaderMap) -> Response {
    provider.log("list notes");
    if let Some(status) = provider.api_refusal(&headers) {
        return status.into_response();
    }
    let notes = provider.notes.lock().unwrap();
    let notes = notes.iter().enumerate().map(|(id, text)| json!({ "id": id.to_string(), "text": text }));
    Json(Value::from_iter(notes)).into_response()
}

async fn add_note(State(provider): Shared, headers: HeaderMap, Json(note): Json<Value>) -> StatusCode {
    provider.log("add note");
    if let Some(status) = provider.api_refusal(&headers) {
        return status;
    }
    if provider.mood.lock().unwrap().refuse_notes {
        return StatusCode::CONFLICT;
    }
    provider.notes.lock().unwrap().push(note["text"].as_str().unwrap().to_owned());
    StatusCode::CREATED
}

async fn delete_note(State(provider): Shared, headers: HeaderMap, Path(id): Path<usize>) -> StatusCode {
    provider.log("delete note");
    if let Some(status) = provider.api_refusal(&headers) {
        return status;
    }
    let mut notes = provider.notes.lock().unwrap();
    if id >= notes.len() {
        return StatusCode::NOT_FOUND;
    }
    notes.remove(id);
    StatusCode::NO_CONTENT
}
