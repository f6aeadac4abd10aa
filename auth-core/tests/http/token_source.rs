use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::clock::{Clock, ManualClock};
use auth_core::http_client::HttpClient;
use auth_core::scope::Scopes;
use auth_core::secret::ClientSecret;
use auth_core::settings::Issuer;
use auth_core::token_source::{ClientCredentials, TokenSource, TokenSourceError};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

/// What the token endpoint answers: status, Retry-After, body.
type Answer = (StatusCode, Option<&'static str>, Value);

#[derive(Clone, Default)]
struct Server {
    url: Arc<Mutex<String>>,
    /// Instead of tokens t1, t2, …, which live 900 s.
    answer: Arc<Mutex<Option<Answer>>>,
    /// Authorization and body of each request.
    requests: Arc<Mutex<Vec<(String, String)>>>,
}

impl Server {
    fn answer(&self, answer: Option<Answer>) {
        *self.answer.lock().unwrap() = answer;
    }

    fn requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

async fn metadata(State(server): State<Server>) -> Json<Value> {
    let url = server.url.lock().unwrap().clone();
    Json(json!({"issuer": url, "token_endpoint": format!("{url}/token")}))
}

async fn token(State(server): State<Server>, headers: HeaderMap, body: String) -> Response {
    let authorization = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
    let number = {
        let mut requests = server.requests.lock().unwrap();
        requests.push((authorization, body));
        requests.len()
    };
    tokio::time::sleep(Duration::from_millis(30)).await;
    let answer = server.answer.lock().unwrap().clone();
    let good = json!({"access_token": format!("t{number}"), "token_type": "Bearer", "expires_in": 900});
    let (status, retry_after, body) = answer.unwrap_or((StatusCode::OK, None, good));
    let mut response = (status, Json(body)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.parse().unwrap());
    }
    response
}

async fn start() -> (Server, TokenSource, ManualClock) {
    let server = Server::default();
    let app = Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/token", post(token))
        .with_state(server.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    *server.url.lock().unwrap() = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let url = server.url.lock().unwrap().clone();
    let (source, hands) = source(&url);
    (server, source, hands)
}

fn source(issuer: &str) -> (TokenSource, ManualClock) {
    let (clock, hands) = Clock::manual();
    let grant = ClientCredentials {
        http: HttpClient::new().unwrap(),
        issuer: Issuer::parse(issuer, true).unwrap(),
        client_id: "notes-api".into(),
        client_secret: ClientSecret::new("s%cret"),
        scopes: Scopes::parse("reports:write").unwrap(),
        resource: Some("https://api.example".into()),
        clock,
    };
    (TokenSource::client_credentials(grant), hands)
}

async fn get_token(source: &TokenSource) -> Result<String, TokenSourceError> {
    source.token().await.map(|token| token.secret().to_owned())
}

fn advance(hands: &ManualClock, seconds: u64) {
    hands.advance(Duration::from_secs(seconds));
}

#[tokio::test]
async fn the_request_is_that_of_rfc_6749_4_4_2_with_a_resource() {
    let (server, source, _hands) = start().await;
    assert_eq!(get_token(&source).await.unwrap(), "t1");
    let requests = server.requests.lock().unwrap();
    assert_eq!(requests[0].0, "Basic bm90ZXMtYXBpOnMlMjVjcmV0");
    assert_eq!(
        requests[0].1,
        "grant_type=client_credentials&scope=reports%3Awrite&resource=https%3A%2F%2Fapi.example"
    );
}

#[tokio::test]
async fn a_token_is_kept_and_renewed_a_minute_before_it_expires() {
    let (server, source, hands) = start().await;
    assert_eq!(get_token(&source).await.unwrap(), "t1");
    advance(&hands, 839);
    assert_eq!(get_token(&source).await.unwrap(), "t1");
    advance(&hands, 1);
    assert_eq!(get_token(&source).await.unwrap(), "t2");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_short_lived_token_is_used_for_most_of_its_life() {
    let (server, source, hands) = start().await;
    let short = json!({"access_token": "short", "token_type": "bearer", "expires_in": 20});
    server.answer(Some((StatusCode::OK, None, short)));
    get_token(&source).await.unwrap();
    advance(&hands, 15);
    get_token(&source).await.unwrap();
    assert_eq!(server.requests(), 1);
    advance(&hands, 1);
    get_token(&source).await.unwrap();
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn parallel_callers_share_one_request() {
    let (server, source, _hands) = start().await;
    let all = (0..20).map(|_| get_token(&source));
    for outcome in futures::future::join_all(all).await {
        assert_eq!(outcome.unwrap(), "t1");
    }
    assert_eq!(server.requests(), 1);

    server.answer(Some((StatusCode::BAD_GATEWAY, None, json!({}))));
    source.invalidate(&source.token().await.unwrap());
    let all = (0..20).map(|_| get_token(&source));
    assert!(futures::future::join_all(all).await.iter().all(Result::is_err));
    assert_eq!(server.requests(), 2, "a failure is shared as well");
}

#[tokio::test]
async fn only_the_token_that_was_refused_is_forgotten() {
    let (_server, source, _hands) = start().await;
    let first = source.token().await.unwrap();
    source.invalidate(&first);
    assert_eq!(get_token(&source).await.unwrap(), "t2");
    // The same complaint from a slower caller.
    source.invalidate(&first);
    assert_eq!(get_token(&source).await.unwrap(), "t2");
}

#[tokio::test]
async fn a_server_in_trouble_is_left_alone_and_the_old_token_serves_on() {
    let (server, source, hands) = start().await;
    get_token(&source).await.unwrap();
    server.answer(Some((StatusCode::SERVICE_UNAVAILABLE, Some("30"), json!({}))));
    advance(&hands, 850);
    for _ in 0..3 {
        assert_eq!(get_token(&source).await.unwrap(), "t1");
    }
    assert_eq!(server.requests(), 2, "one attempt, then a pause");
    advance(&hands, 50);
    let error = get_token(&source).await.unwrap_err();
    assert!(matches!(error, TokenSourceError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("503"), "{error}");

    server.answer(None);
    advance(&hands, 61);
    assert!(get_token(&source).await.is_ok());
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let (server, source, hands) = start().await;
    server.answer(Some((StatusCode::TOO_MANY_REQUESTS, Some("30"), json!({"error": "slow_down"}))));
    let error = get_token(&source).await.unwrap_err();
    assert!(error.retry_in() >= Duration::from_secs(30));
    server.answer(None);
    advance(&hands, 29);
    assert!(get_token(&source).await.is_err());
    assert_eq!(server.requests(), 1);
    advance(&hands, 3);
    assert_eq!(get_token(&source).await.unwrap(), "t2");
}

#[tokio::test]
async fn a_refusal_says_which_client_and_why() {
    let (server, source, _hands) = start().await;
    let refusal = json!({"error": "invalid_client", "error_description": "wrong\nsecret"});
    server.answer(Some((StatusCode::UNAUTHORIZED, None, refusal)));
    let error = get_token(&source).await.unwrap_err();
    assert!(matches!(error, TokenSourceError::Refused { .. }));
    let text = error.to_string();
    assert!(text.ends_with(r"refuses the client notes-api: invalid_client: wrong\nsecret"), "{text}");
    assert!(!text.contains("s%cret"));
}

#[tokio::test]
async fn an_answer_that_is_not_a_bearer_token_is_no_token() {
    for body in [
        json!({"access_token": "top-secret", "token_type": "mac"}),
        json!({"access_token": "top-secret"}),
        json!({"token_type": "Bearer"}),
        json!("top-secret"),
    ] {
        let (server, source, _hands) = start().await;
        server.answer(Some((StatusCode::OK, None, body)));
        let error = get_token(&source).await.unwrap_err();
        assert!(matches!(error, TokenSourceError::Unavailable { .. }));
        assert!(!error.to_string().contains("top-secret"), "{error}");
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_are_not_believed() {
    let (server, _source, _hands) = start().await;
    let url = server.url.lock().unwrap().clone();
    *server.url.lock().unwrap() = "https://issuer.example".into();
    let (source, _hands) = source(&url);
    let error = get_token(&source).await.unwrap_err().to_string();
    assert!(error.contains("says that it is https://issuer.example: set ISSUER"), "{error}");
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn nobody_there_is_said_in_plain_words() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (source, _hands) = source(&format!("http://{closed}"));
    let error = get_token(&source).await.unwrap_err();
    assert!(matches!(error, TokenSourceError::Unavailable { .. }));
    assert!(error.to_string().to_lowercase().contains("refused"), "{error}");
}
