//! axum and actix-web give the same answers: every request goes to both, and the answers must be
//! equal and as expected.

use std::sync::Arc;

use async_trait::async_trait;
use auth_core::bearer::{
    Authenticated, BearerError, BearerRejection, BearerState, MaybeAuthenticated, RequiredScope, Scoped,
    TokenValidator, ValidateToken,
};
use auth_core::clock::Clock;
use auth_core::jwt::AccessTokenClaims;
use auth_core::secret::BearerToken;

use crate::issuer::claims;

/// Knows the tokens by name.
#[derive(Debug)]
struct ByName;

#[async_trait]
impl ValidateToken for ByName {
    async fn validate(&self, token: &BearerToken) -> Result<AccessTokenClaims, BearerError> {
        let now = Clock::system().now();
        match token.secret() {
            "reader" => Ok(claims(now, "notes:read")),
            "writer" => Ok(claims(now, "notes:read notes:write")),
            "down" => Err(BearerError::Unavailable),
            _ => Err(BearerError::InvalidToken),
        }
    }
}

struct NotesWrite;

impl RequiredScope for NotesWrite {
    const SCOPE: &'static str = "notes:write";
}

// The handlers are the same functions in both frameworks.

async fn any(token: Authenticated) -> String {
    token.subject().to_owned()
}

async fn scoped(token: Scoped<NotesWrite>) -> String {
    token.subject().to_owned()
}

async fn at_run_time(token: Authenticated) -> Result<String, BearerRejection> {
    token.require("notes:write")?;
    Ok(token.subject().to_owned())
}

async fn maybe(token: MaybeAuthenticated) -> String {
    token.0.map_or("nobody".to_owned(), |token| token.subject().to_owned())
}

fn state() -> BearerState {
    BearerState {
        validator: TokenValidator::custom(Arc::new(ByName)),
        realm: "notes".into(),
        resource_metadata: Some("https://api.example/.well-known/oauth-protected-resource".into()),
    }
}

async fn start_axum() -> String {
    use axum::routing::get;
    let app = axum::Router::new()
        .route("/any", get(any))
        .route("/scoped", get(scoped))
        .route("/at-run-time", get(at_run_time))
        .route("/maybe", get(maybe))
        .with_state(state());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn start_actix() -> String {
    use actix_web::{App, HttpServer, web};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            HttpServer::new(|| {
                App::new()
                    .app_data(web::Data::new(state()))
                    .route("/any", web::get().to(any))
                    .route("/scoped", web::get().to(scoped))
                    .route("/at-run-time", web::get().to(at_run_time))
                    .route("/maybe", web::get().to(maybe))
            })
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run()
            .await
        })
    });
    url
}

/// Status, challenge, Retry-After, Cache-Control, body.
type Answer = (u16, Option<String>, Option<String>, Option<String>, String);

async fn ask(base: &str, path: &str, authorization: &[&[u8]]) -> Answer {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.get(format!("{base}{path}"));
    for value in authorization {
        let value = reqwest::header::HeaderValue::from_bytes(value).unwrap();
        let mut headers = reqwest::header::HeaderMap::new();
        headers.append("authorization", value);
        // `headers` replaces; `header` appends.
        for (name, value) in &headers {
            request = request.header(name, value);
        }
    }
    let response = request.send().await.unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (challenge, retry, cache) =
        (header("www-authenticate"), header("retry-after"), header("cache-control"));
    (response.status().as_u16(), challenge, retry, cache, response.text().await.unwrap())
}

const METADATA: &str = r#"resource_metadata="https://api.example/.well-known/oauth-protected-resource""#;

#[tokio::test]
async fn both_frameworks_give_the_same_answers() {
    let (axum, actix) = (start_axum().await, start_actix());
    let invalid_token = concat!(
        r#"error="invalid_token", error_description="#,
        r#""the access token is expired, revoked, malformed or not for this resource: get a new one", "#
    );
    let malformed = concat!(
        r#"error="invalid_request", error_description="#,
        r#""send exactly one Authorization header of the form: Bearer, a space, the token", "#
    );
    let insufficient = concat!(
        r#"error="insufficient_scope", error_description="#,
        r#""this request needs an access token with the scope notes:write", scope="notes:write", "#
    );
    let bearer = |rest: &str| Some(format!(r#"Bearer realm="notes", {rest}{METADATA}"#));

    // Path, Authorization headers, status, challenge, part of the body.
    type Case<'a> = (&'a str, &'a [&'a [u8]], u16, Option<String>, &'a str);
    let cases: [Case<'_>; 22] = [
        ("/any", &[b"Bearer reader"], 200, None, "alice"),
        ("/any", &[b"bearer  reader"], 200, None, "alice"),
        ("/scoped", &[b"Bearer writer"], 200, None, "alice"),
        ("/at-run-time", &[b"Bearer writer"], 200, None, "alice"),
        ("/maybe", &[b"Bearer reader"], 200, None, "alice"),
        ("/maybe", &[], 200, None, "nobody"),
        ("/maybe", &[b"Basic YTpi"], 200, None, "nobody"),
        // RFC 6750 §3.1: no error code when no token came.
        ("/any", &[], 401, bearer(""), "error_description"),
        ("/scoped", &[], 401, bearer(""), "error_description"),
        ("/any", &[b"Basic YTpi"], 401, bearer(""), "error_description"),
        ("/any", &[b"Bearer expired"], 401, bearer(invalid_token), r#""error":"invalid_token""#),
        ("/scoped", &[b"Bearer expired"], 401, bearer(invalid_token), r#""error":"invalid_token""#),
        ("/maybe", &[b"Bearer expired"], 401, bearer(invalid_token), r#""error":"invalid_token""#),
        ("/scoped", &[b"Bearer reader"], 403, bearer(insufficient), r#""error":"insufficient_scope""#),
        ("/at-run-time", &[b"Bearer reader"], 403, bearer(insufficient), r#""error":"insufficient_scope""#),
        ("/any", &[b"Bearer"], 400, bearer(malformed), r#""error":"invalid_request""#),
        ("/any", &[b"Bearer a b"], 400, bearer(malformed), r#""error":"invalid_request""#),
        ("/any", &[b"Bearer \xff"], 400, bearer(malformed), r#""error":"invalid_request""#),
        (
            "/any",
            &[b"Bearer reader", b"Bearer reader"],
            400,
            bearer(malformed),
            r#""error":"invalid_request""#,
        ),
        (
            "/maybe",
            &[b"Basic YTpi", b"Bearer reader"],
            400,
            bearer(malformed),
            r#""error":"invalid_request""#,
        ),
        ("/any?access_token=reader", &[], 401, bearer(""), "error_description"),
        ("/any", &[b"Bearer down"], 503, None, r#""error":"temporarily_unavailable""#),
    ];
    for (path, authorization, status, challenge, body) in cases {
        let answers = [ask(&axum, path, authorization).await, ask(&actix, path, authorization).await];
        assert_eq!(answers[0], answers[1], "{path} {authorization:?}");
        let [answer, _] = answers;
        assert_eq!((answer.0, &answer.1), (status, &challenge), "{path} {authorization:?}");
        assert!(answer.4.contains(body), "{path} {authorization:?}: {}", answer.4);
        if status >= 400 {
            assert_eq!(answer.3.as_deref(), Some("no-store"));
        }
        assert_eq!(answer.2.is_some(), status == 503);
        if challenge == bearer("") {
            assert!(!answer.4.contains(r#""error":"#), "{}", answer.4);
        }
    }
}
