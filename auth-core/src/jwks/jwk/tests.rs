#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::json;

use super::*;
use crate::jwt::VerificationKeys;

/// RFC 7638 §3.1.
const RFC_7638_N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

#[test]
fn the_thumbprint_is_that_of_rfc_7638() {
    let jwk: Jwk = serde_json::from_value(json!({
        "kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"
    }))
    .unwrap();
    assert_eq!(jwk.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

#[test]
fn the_thumbprint_of_an_ed25519_key_is_that_of_rfc_8037() {
    let jwk: Jwk = serde_json::from_value(json!({
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    }))
    .unwrap();
    assert_eq!(jwk.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn keys_that_are_not_understood_are_left_out_of_the_set() {
    let set: JwkSet = serde_json::from_value(json!({"keys": [
        {"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "kid": "good"},
        {"kty": "RSA", "n": RFC_7638_N, "kid": "no exponent"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "symmetric"},
        {"kty": "FUTURE", "kid": "unknown"},
        7
    ]}))
    .unwrap();
    assert_eq!(set.keys.len(), 1);
    assert!(VerificationKeys::from_jwks(&set).contains("good"));
}

#[test]
fn keys_for_something_else_verify_nothing() {
    let set: JwkSet = serde_json::from_value(json!({"keys": [
        {"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "kid": "for encryption", "use": "enc"},
        {"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "kid": "other algorithm", "alg": "PS256"},
        {"kty": "RSA", "n": RFC_7638_N, "e": "AQAB", "kid": "as a secret", "alg": "HS256"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "short"},
        {"kty": "EC", "crv": "P-521", "x": "AQAB", "y": "AQAB", "kid": "other curve"},
        {"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB", "kid": "short point"},
        {"kty": "OKP", "crv": "X25519", "x": "AQAB", "kid": "key agreement"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AQAB", "kid": "short key"}
    ]}))
    .unwrap();
    assert_eq!(set.keys.len(), 8);
    assert!(VerificationKeys::from_jwks(&set).is_empty());
}

#[test]
fn private_members_do_not_survive_a_round_trip() {
    let jwk: Jwk = serde_json::from_value(json!({
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    }))
    .unwrap();
    assert!(!serde_json::to_string(&jwk).unwrap().contains("nWGxne"));
}
