//! Every rule of verification, each with a token that breaks that one rule only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;
use crate::jwks::KeyMaterial;
use crate::secret::SigningSecret;

const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

fn good() -> Value {
    json!({
        "iss": "https://issuer.example", "sub": "alice", "aud": "https://api.example",
        "client_id": "web", "iat": NOW, "exp": NOW + 900, "jti": "1", "scope": "read write"
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = good();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = good();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn expected() -> Expected {
    Expected::access_token("https://issuer.example", "https://api.example")
}

fn es256() -> SigningKey {
    SigningKey::generate(Algorithm::ES256).unwrap()
}

fn check(key: &SigningKey, token: &str) -> Result<AccessTokenClaims, JwtError> {
    let keys = VerificationKeys::from_signing_keys([key]);
    verify(token, &keys, &expected(), now()).map(|verified| verified.claims)
}

/// What becomes of a correctly signed token with these claims.
fn outcome(claims: &Value) -> Result<AccessTokenClaims, JwtError> {
    let key = es256();
    check(&key, &key.sign(ACCESS_TOKEN_TYPE, claims).unwrap())
}

/// A token with this header, correctly signed with `key` whatever the header says.
fn with_header(key: &SigningKey, header: &Value) -> String {
    let [header, claims] = [header, &good()].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let der = key.to_pkcs8_der().unwrap();
    let encoding = match key.algorithm() {
        Algorithm::ES256 => jsonwebtoken::EncodingKey::from_ec_der(&der),
        _ => jsonwebtoken::EncodingKey::from_ed_der(&der),
    };
    let signature =
        jsonwebtoken::crypto::sign(signed.as_bytes(), &encoding, key.algorithm().backend()).unwrap();
    format!("{signed}.{signature}")
}

#[test]
fn a_good_token_of_every_algorithm_is_accepted() {
    for algorithm in [Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA, Algorithm::HS256] {
        let key = SigningKey::generate(algorithm).unwrap();
        let token = key.sign(ACCESS_TOKEN_TYPE, &good()).unwrap();
        let expected = Expected { algorithms: vec![algorithm], ..expected() };
        let keys = VerificationKeys::from_signing_keys([&key]);
        let verified = verify::<AccessTokenClaims>(&token, &keys, &expected, now()).unwrap();
        assert_eq!(verified.claims.scope.to_string(), "read write");
        assert_eq!((verified.algorithm, verified.kid.as_deref()), (algorithm, Some(key.kid())));
    }
}

#[test]
fn a_stored_key_is_the_same_key() {
    for algorithm in Algorithm::ASYMMETRIC {
        let key = SigningKey::generate(algorithm).unwrap();
        let der = key.to_pkcs8_der().unwrap();
        let again = SigningKey::from_pkcs8_der(key.kid(), algorithm, &der).unwrap();
        assert_eq!(again.public_jwk(), key.public_jwk());
        assert!(check(&key, &again.sign(ACCESS_TOKEN_TYPE, &good()).unwrap()).is_ok());

        let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", der.to_vec()));
        assert_eq!(SigningKey::from_pem(algorithm, &pem).unwrap().kid(), key.kid());
        assert!(SigningKey::from_pkcs8_der("another", algorithm, &der).is_err());
        assert!(!format!("{key:?}").contains(&format!("{der:?}")));
    }
    assert!(SigningKey::from_pem(Algorithm::ES256, "no key").is_err());
    assert!(SigningKey::hs256(SigningSecret::new("short")).is_err());
}

#[test]
fn alg_none_is_refused_in_every_spelling() {
    let key = es256();
    for none in ["none", "None", "NONE", "nOnE", "", " none"] {
        let header = json!({"alg": none, "typ": "at+jwt", "kid": key.kid()});
        let signed = with_header(&key, &header);
        let unsigned = format!("{}.", signed.rsplit_once('.').unwrap().0);
        assert_eq!(check(&key, &signed), Err(JwtError::Algorithm), "{none}");
        assert_eq!(check(&key, &unsigned), Err(JwtError::Algorithm), "{none}");
    }
    let no_alg = with_header(&key, &json!({"typ": "at+jwt", "kid": key.kid()}));
    assert_eq!(check(&key, &no_alg), Err(JwtError::Algorithm));
}

#[test]
fn hs256_with_the_public_key_as_the_secret_is_refused() {
    let key = SigningKey::generate(Algorithm::RS256).unwrap();
    let Some(KeyMaterial::Rsa { n, .. }) = key.public_jwk().map(|jwk| jwk.material) else {
        panic!("not an RSA key");
    };
    let der = key.to_pkcs8_der().unwrap();
    let secrets = [n.clone().into_bytes(), URL_SAFE_NO_PAD.decode(&n).unwrap(), der.to_vec()];
    let mut everything = expected();
    everything.algorithms.push(Algorithm::HS256);
    let keys = VerificationKeys::from_signing_keys([&key]);
    for secret in secrets {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        header.typ = Some(ACCESS_TOKEN_TYPE.into());
        header.kid = Some(key.kid().into());
        let secret = jsonwebtoken::EncodingKey::from_secret(&secret);
        let forged = jsonwebtoken::encode(&header, &good(), &secret).unwrap();
        assert_eq!(check(&key, &forged), Err(JwtError::Algorithm));
        // Even where HS256 is accepted, this key is not for it.
        let outcome = verify::<Value>(&forged, &keys, &everything, now());
        assert_eq!(outcome.unwrap_err(), JwtError::Signature);
    }
}

#[test]
fn another_key_is_refused_under_any_name() {
    let (key, other) = (es256(), es256());
    let token = other.sign(ACCESS_TOKEN_TYPE, &good()).unwrap();
    assert_eq!(check(&key, &token), Err(JwtError::UnknownKey));
    let same_name = with_header(&other, &json!({"alg": "ES256", "typ": "at+jwt", "kid": key.kid()}));
    assert_eq!(check(&key, &same_name), Err(JwtError::Signature));
    let odd_name = with_header(&key, &json!({"alg": "ES256", "typ": "at+jwt", "kid": 7}));
    assert!(matches!(check(&key, &odd_name), Err(JwtError::Malformed(_))));
}

#[test]
fn without_a_kid_the_choice_of_key_must_be_no_choice() {
    let (key, other) = (es256(), es256());
    let token = with_header(&key, &json!({"alg": "ES256", "typ": "at+jwt"}));
    assert!(check(&key, &token).is_ok());
    let two = VerificationKeys::from_signing_keys([&key, &other]);
    let outcome = verify::<Value>(&token, &two, &expected(), now());
    assert_eq!(outcome.unwrap_err(), JwtError::UnknownKey);
}

#[test]
fn keys_that_the_token_brings_along_are_not_looked_at() {
    let (key, attacker) = (es256(), es256());
    let header = json!({
        "alg": "ES256", "typ": "at+jwt", "kid": attacker.kid(), "jwk": attacker.public_jwk(),
        "jku": "http://127.0.0.1:9/jwks.json", "x5u": "http://127.0.0.1:9/", "x5c": ["AA=="]
    });
    assert_eq!(check(&key, &with_header(&attacker, &header)), Err(JwtError::UnknownKey));
    let mut own_name = header;
    own_name["kid"] = key.kid().into();
    assert_eq!(check(&key, &with_header(&attacker, &own_name)), Err(JwtError::Signature));
}

#[test]
fn critical_header_parameters_are_refused() {
    let key = es256();
    for crit in [json!(["exp"]), json!(["b64"]), json!([]), json!(null), json!("x")] {
        let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": key.kid(), "crit": crit});
        assert_eq!(check(&key, &with_header(&key, &header)), Err(JwtError::Critical), "{crit}");
    }
}

#[test]
fn one_kind_of_token_does_not_stand_in_for_another() {
    let key = es256();
    for typ in ["JWT", "at+jwt ", "logout+jwt", "", "application/jwt", "application/application/at+jwt"] {
        let token = key.sign(typ, &good()).unwrap();
        assert_eq!(check(&key, &token), Err(JwtError::Type("at+jwt")), "{typ}");
    }
    let untyped = with_header(&key, &json!({"alg": "ES256", "kid": key.kid()}));
    assert_eq!(check(&key, &untyped), Err(JwtError::Type("at+jwt")));
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert!(check(&key, &key.sign(typ, &good()).unwrap()).is_ok(), "{typ}");
    }

    let id_token = Expected::id_token("https://issuer.example", "https://api.example");
    let keys = VerificationKeys::from_signing_keys([&key]);
    let access_token = key.sign("at+jwt", &good()).unwrap();
    let outcome = verify::<Value>(&access_token, &keys, &id_token, now());
    assert_eq!(outcome.unwrap_err(), JwtError::Type("JWT"));
    assert!(verify::<Value>(&untyped, &keys, &id_token, now()).is_ok());
}

#[test]
fn every_required_claim_is_required() {
    for name in ["iss", "aud", "sub", "exp", "iat"] {
        assert_eq!(outcome(&without(name)), Err(JwtError::Missing(name)));
    }
    // RFC 9068 §2.2 requires these two of an access token.
    for name in ["client_id", "jti"] {
        assert!(matches!(outcome(&without(name)), Err(JwtError::Claims(_))), "{name}");
    }
}

/// CVE-2026-25537: a wrongly typed claim must not count as an absent one.
#[test]
fn claims_of_the_wrong_json_type_are_refused() {
    let far = (NOW + 900).to_string();
    for value in [json!(far), json!([NOW + 900]), json!(true), json!(null), json!(-1), json!(1e300)] {
        for name in ["exp", "iat", "nbf"] {
            assert_eq!(outcome(&with(name, value.clone())), Err(JwtError::ClaimType(name)), "{value}");
        }
    }
    for name in ["iss", "sub"] {
        for value in [json!(7), json!(["https://issuer.example"]), json!({}), json!(true)] {
            assert_eq!(outcome(&with(name, value)), Err(JwtError::ClaimType(name)));
        }
    }
    for value in [json!(7), json!({}), json!([7]), json!(["https://api.example", null])] {
        assert_eq!(outcome(&with("aud", value)), Err(JwtError::ClaimType("aud")));
    }
}

#[test]
fn issuer_and_audience_are_compared_exactly() {
    for iss in ["https://issuer.example/", "https://ISSUER.example", "", "https://evil.example"] {
        assert_eq!(outcome(&with("iss", json!(iss))), Err(JwtError::Issuer), "{iss}");
    }
    for aud in [json!("https://api.example/"), json!([]), json!(["https://other.example"]), json!("")] {
        assert_eq!(outcome(&with("aud", aud.clone())), Err(JwtError::Audience), "{aud}");
    }
    let among_others = json!(["https://other.example", "https://api.example"]);
    assert!(outcome(&with("aud", among_others)).is_ok());
}

#[test]
fn time_is_the_applications_and_the_leeway_is_small() {
    let key = es256();
    let token = key.sign(ACCESS_TOKEN_TYPE, &with("nbf", json!(NOW))).unwrap();
    let keys = VerificationKeys::from_signing_keys([&key]);
    let at = |time: i64, leeway| {
        let expected = Expected { leeway: Duration::from_secs(leeway), ..expected() };
        verify::<Value>(&token, &keys, &expected, Timestamp::from_unix(time)).map(|_| ())
    };
    assert_eq!(at(NOW + 899, 0), Ok(()));
    assert_eq!(at(NOW + 900, 0), Err(JwtError::Expired));
    assert_eq!(at(NOW - 1, 0), Err(JwtError::NotYetValid));
    assert_eq!((at(NOW + 904, 5), at(NOW + 905, 5)), (Ok(()), Err(JwtError::Expired)));
    assert_eq!((at(NOW - 5, 5), at(NOW - 6, 5)), (Ok(()), Err(JwtError::NotYetValid)));
    // An hour of leeway is still thirty seconds.
    assert_eq!((at(NOW + 929, 3600), at(NOW + 930, 3600)), (Ok(()), Err(JwtError::Expired)));
    assert_eq!((at(NOW - 30, 3600), at(NOW - 31, 3600)), (Ok(()), Err(JwtError::NotYetValid)));

    assert_eq!(outcome(&with("nbf", json!(NOW + 60))), Err(JwtError::NotYetValid));
    assert_eq!(outcome(&with("iat", json!(NOW + 60))), Err(JwtError::NotYetValid));
}

#[test]
fn a_date_may_have_a_fraction() {
    let claims = outcome(&with("exp", json!(NOW as f64 + 900.75))).unwrap();
    assert_eq!(claims.exp, Timestamp::from_unix(NOW + 900));
}

#[test]
fn what_is_not_exactly_a_token_is_refused() {
    let key = es256();
    let token = key.sign(ACCESS_TOKEN_TYPE, &good()).unwrap();
    let [header, payload, signature]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    for garbage in ["", ".", "..", "...", "a.b.c", header, &format!("{header}.{payload}")] {
        assert!(matches!(check(&key, garbage), Err(JwtError::Malformed(_))), "{garbage}");
    }
    for changed in [
        format!("{token}A"),
        format!("{token}="),
        format!("{token} "),
        format!("{token}\n"),
        format!("{token}.{signature}"),
        format!(" {token}"),
        format!("{header}.{payload}A.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}A.{payload}.{signature}"),
    ] {
        assert!(check(&key, &changed).is_err(), "{changed}");
    }
    let after_the_object = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}{}"#);
    let trailing = format!("{after_the_object}.{payload}.{signature}");
    assert_eq!(check(&key, &trailing), Err(JwtError::Malformed("its header")));
}

#[test]
fn an_oversize_token_is_refused_before_it_is_read() {
    let claims = with("padding", json!("x".repeat(MAX_TOKEN_BYTES)));
    assert_eq!(outcome(&claims), Err(JwtError::TooLong));
    assert_eq!(kid_of(&"x".repeat(MAX_TOKEN_BYTES + 1)), Err(JwtError::TooLong));
}

#[test]
fn a_changed_bit_anywhere_breaks_the_token() {
    let key = es256();
    let token = key.sign(ACCESS_TOKEN_TYPE, &good()).unwrap();
    for position in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[position] ^= 1;
        if let Ok(changed) = String::from_utf8(bytes) {
            assert!(check(&key, &changed).is_err(), "position {position}");
        }
    }
}

proptest! {
    #[test]
    fn random_strings_never_verify_and_never_panic(text in ".{0,200}", parts in "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,90}") {
        let key = es256();
        prop_assert!(check(&key, &text).is_err());
        prop_assert!(check(&key, &parts).is_err());
        let _ = (kid_of(&text), kid_of(&parts));
    }

    #[test]
    fn random_json_under_a_right_signature_never_panics(name in "iss|aud|sub|exp|iat|nbf|scope|auth_time", text in ".{0,20}", number in any::<f64>(), seconds in any::<i64>()) {
        let key = SigningKey::hs256(SigningSecret::new("0123456789abcdef0123456789abcdef")).unwrap();
        let keys = VerificationKeys::from_signing_keys([&key]);
        let expected = Expected { algorithms: vec![Algorithm::HS256], ..expected() };
        for value in [json!(text), json!(number), json!(seconds), json!([text]), json!({"a": text})] {
            let token = key.sign(ACCESS_TOKEN_TYPE, &with(&name, value)).unwrap();
            let _ = verify::<AccessTokenClaims>(&token, &keys, &expected, now());
            let _ = verify::<IdTokenClaims>(&token, &keys, &expected, now());
        }
    }
}
