//! ID tokens that must not sign anybody in.

use std::sync::Arc;

use auth_core::jwt::{self, Algorithm, SigningKey};
use auth_core::secret::SigningSecret;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::browser::TestApp;
use crate::provider::{Mood, Sign};

async fn refused(app: &TestApp, what: &str, change: impl FnOnce(&mut Mood)) {
    app.provider.set_mood(|mood| *mood = Mood::default());
    app.provider.set_mood(change);
    let mut browser = app.browser();
    let back = browser.sign_in_at(&app.provider).await;
    let answer = browser.callback(&back).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{what}: {}", answer.body);
    assert!(answer.body.contains(r#"id="reference""#), "{what}");
    assert!(!browser.is_signed_in().await, "{what}");
}

#[tokio::test]
async fn every_claim_is_checked() {
    let app = TestApp::start().await;
    for (claim, value) in [
        ("nonce", json!("of another login")),
        ("nonce", Value::Null),
        ("aud", json!("another-client")),
        ("aud", json!(["notes-web", "another-client"])),
        ("azp", json!("another-client")),
        ("iss", json!("https://evil.example")),
        ("sub", json!("")),
        ("sub", Value::Null),
        ("exp", json!(1_300_819_380)),
        ("exp", json!("4102444800")),
        ("exp", Value::Null),
        ("iat", json!(4_102_444_800_u64)),
        ("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ")),
    ] {
        refused(&app, &format!("{claim} = {value}"), |mood| {
            mood.claims = Box::new(move |claims| {
                claims.insert(claim.to_owned(), value.clone());
            });
        })
        .await;
    }
}

#[tokio::test]
async fn only_the_providers_own_signature_on_an_id_token_counts() {
    let app = TestApp::start().await;
    let stranger = SigningKey::generate(Algorithm::ES256).unwrap();
    // CVE-2015-9235: the public key, which everybody has, taken for the secret of an HMAC.
    let public_key = serde_json::to_string(&app.provider.key.public_jwk().unwrap()).unwrap();
    let confusion = SigningKey::hs256(SigningSecret::new(public_key)).unwrap();
    let (signer, forger) = (Arc::clone(&app.provider), Arc::clone(&app.provider));
    let forgeries: [(&str, Sign); 5] = [
        ("alg none", Box::new(unsigned)),
        ("an unknown key", Box::new(move |claims| stranger.sign(jwt::JWT_TYPE, claims).unwrap())),
        ("HS256 with the public key", Box::new(move |claims| confusion.sign(jwt::JWT_TYPE, claims).unwrap())),
        ("an access token", Box::new(move |claims| signer.key.sign(jwt::ACCESS_TOKEN_TYPE, claims).unwrap())),
        ("the signature of other claims", Box::new(move |claims| with_others_signature(&forger.key, claims))),
    ];
    for (what, sign) in forgeries {
        refused(&app, what, |mood| mood.sign = Some(sign)).await;
    }
}

fn payload(key: &SigningKey, claims: &Map<String, Value>) -> String {
    key.sign(jwt::JWT_TYPE, claims).unwrap().split('.').nth(1).unwrap().to_owned()
}

/// {"alg":"none"}, the claims, and no signature.
fn unsigned(claims: &Map<String, Value>) -> String {
    format!("eyJhbGciOiJub25lIn0.{}.", payload(&SigningKey::generate(Algorithm::ES256).unwrap(), claims))
}

/// The right key's header and signature, around other claims than it signed.
fn with_others_signature(key: &SigningKey, claims: &Map<String, Value>) -> String {
    let signed = key.sign(jwt::JWT_TYPE, &json!({ "sub": "somebody-else" })).unwrap();
    let parts: Vec<_> = signed.split('.').collect();
    format!("{}.{}.{}", parts[0], payload(key, claims), parts[2])
}
