use std::time::Duration;

use auth_core::bearer::{AccessToken, BearerError, TokenValidator};
use auth_core::clock::{Clock, ManualClock, Timestamp};
use auth_core::http_client::HttpClient;
use auth_core::introspection::{IntrospectionClient, IntrospectionResponse};
use auth_core::jwt::Audience;
use auth_core::secret::{BearerToken, ClientSecret};
use axum::http::StatusCode;

use crate::issuer::{AUDIENCE, ISSUER, Issuer, claims};

fn good(now: Timestamp) -> IntrospectionResponse {
    let claims = claims(now, "read");
    IntrospectionResponse {
        active: true,
        scope: Some(claims.scope),
        client_id: Some(claims.client_id),
        token_type: Some("Bearer".into()),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        sub: Some(claims.sub),
        aud: Some(claims.aud),
        iss: Some(claims.iss),
        jti: Some(claims.jti),
        ..IntrospectionResponse::default()
    }
}

struct Setup {
    issuer: Issuer,
    validator: TokenValidator,
    clock: Clock,
    hands: ManualClock,
}

async fn start_with_secret(secret: &str) -> Setup {
    let (issuer, url) = Issuer::start().await;
    let (clock, hands) = Clock::manual();
    let client = IntrospectionClient::new(
        HttpClient::new().unwrap(),
        format!("{url}/introspect"),
        "notes-api",
        ClientSecret::new(secret),
        clock.clone(),
    );
    let validator = TokenValidator::introspection(client, ISSUER, AUDIENCE, Duration::from_secs(5));
    Setup { issuer, validator, clock, hands }
}

async fn start() -> Setup {
    start_with_secret("s%cret").await
}

async fn check(setup: &Setup, token: &str) -> Result<AccessToken, BearerError> {
    setup.validator.validate(&BearerToken::new(token)).await
}

fn advance(setup: &Setup, seconds: u64) {
    setup.hands.advance(Duration::from_secs(seconds));
}

#[tokio::test]
async fn an_active_token_for_this_api_is_good_and_remembered_for_five_seconds() {
    let setup = start().await;
    setup.issuer.tokens(|tokens| drop(tokens.insert("t".into(), good(setup.clock.now()))));
    let token = check(&setup, "t").await.unwrap();
    assert_eq!((token.subject(), token.client_id(), token.jti()), ("alice", "web", "1"));
    assert!(token.is_user() && token.scopes().contains("read"));

    // Revoked: felt after the five seconds, and not before the memory runs out.
    setup.issuer.tokens(|tokens| drop(tokens.remove("t")));
    advance(&setup, 4);
    check(&setup, "t").await.unwrap();
    assert_eq!(setup.issuer.visits(), 1);
    advance(&setup, 1);
    assert_eq!(check(&setup, "t").await, Err(BearerError::InvalidToken));
    assert_eq!(setup.issuer.visits(), 2);
}

#[tokio::test]
async fn a_token_is_not_remembered_past_its_end() {
    let setup = start().await;
    let now = setup.clock.now();
    let ending = IntrospectionResponse { exp: Some(now + Duration::from_secs(2)), ..good(now) };
    setup.issuer.tokens(|tokens| drop(tokens.insert("t".into(), ending)));
    check(&setup, "t").await.unwrap();
    advance(&setup, 2);
    assert_eq!(check(&setup, "t").await, Err(BearerError::InvalidToken));
}

#[tokio::test]
async fn a_bad_answer_is_never_remembered() {
    let setup = start().await;
    assert_eq!(check(&setup, "t").await, Err(BearerError::InvalidToken));
    setup.issuer.tokens(|tokens| drop(tokens.insert("t".into(), good(setup.clock.now()))));
    check(&setup, "t").await.unwrap();

    setup.issuer.fail_with(Some(StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(check(&setup, "u").await, Err(BearerError::Unavailable));
    setup.issuer.fail_with(None);
    assert_eq!(check(&setup, "u").await, Err(BearerError::InvalidToken));
}

#[tokio::test]
async fn parallel_requests_with_one_token_ask_once() {
    let setup = start().await;
    setup.issuer.tokens(|tokens| drop(tokens.insert("t".into(), good(setup.clock.now()))));
    let all = (0..20).map(|_| check(&setup, "t"));
    for outcome in futures::future::join_all(all).await {
        outcome.unwrap();
    }
    assert_eq!(setup.issuer.visits(), 1);
}

#[tokio::test]
async fn active_is_not_enough() {
    let setup = start().await;
    let now = setup.clock.now();
    let later = now + Duration::from_secs(60);
    let base = || good(now);
    let refused = [
        ("inactive", IntrospectionResponse { active: false, ..base() }),
        ("a refresh token", IntrospectionResponse { token_type: None, ..base() }),
        ("a DPoP token", IntrospectionResponse { token_type: Some("DPoP".into()), ..base() }),
        ("no audience", IntrospectionResponse { aud: None, ..base() }),
        ("another audience", IntrospectionResponse { aud: Some("x".into()), ..base() }),
        ("nobody", IntrospectionResponse { aud: Some(Audience::Many(vec![])), ..base() }),
        ("no issuer", IntrospectionResponse { iss: None, ..base() }),
        ("another issuer", IntrospectionResponse { iss: Some("https://x".into()), ..base() }),
        ("no end", IntrospectionResponse { exp: None, ..base() }),
        ("expired", IntrospectionResponse { exp: Some(now), ..base() }),
        ("not yet valid", IntrospectionResponse { nbf: Some(later), ..base() }),
        ("no subject", IntrospectionResponse { sub: None, ..base() }),
        ("no client", IntrospectionResponse { client_id: None, ..base() }),
    ];
    for (name, response) in refused {
        setup.issuer.tokens(|tokens| drop(tokens.insert(name.into(), response)));
        assert_eq!(check(&setup, name).await, Err(BearerError::InvalidToken), "{name}");
    }
}

#[tokio::test]
async fn with_a_wrong_secret_nothing_can_be_checked() {
    let setup = start_with_secret("wrong").await;
    setup.issuer.tokens(|tokens| drop(tokens.insert("t".into(), good(setup.clock.now()))));
    assert_eq!(check(&setup, "t").await, Err(BearerError::Unavailable));
}
