//! The examples of the RFCs. They lack claims that we require, so a right signature shows in that
//! the complaint is about the claims.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde_json::{Value, json};

use super::verification_keys::VerificationKey;
use super::*;
use crate::clock::Timestamp;
use crate::jwks::JwkSet;

/// RFC 7519 §3.1: `{"iss":"joe", "exp":1300819380, "http://example.com/is_root":true}`.
const PAYLOAD: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn joe() -> Expected {
    Expected {
        algorithms: vec![Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA, Algorithm::HS256],
        leeway: Duration::ZERO,
        ..Expected::id_token("joe", "nobody")
    }
}

fn keys(jwk: Value) -> VerificationKeys {
    let set: JwkSet = serde_json::from_value(json!({ "keys": [jwk] })).unwrap();
    VerificationKeys::from_jwks(&set)
}

fn outcome(token: &str, keys: &VerificationKeys) -> JwtError {
    verify::<Value>(token, keys, &joe(), Timestamp::from_unix(1_300_819_000)).unwrap_err()
}

/// The signature is right, and no other signature is.
fn holds(header: &str, signature: &str, keys: &VerificationKeys) {
    let token = format!("{header}.{PAYLOAD}.{signature}");
    assert_eq!(outcome(&token, keys), JwtError::Missing("aud"));
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{header}.{PAYLOAD}.{other}{}", &signature[1..]);
    assert_eq!(outcome(&forged, keys), JwtError::Signature);
    assert_eq!(outcome(&format!("{header}.{PAYLOAD}."), keys), JwtError::Signature);
}

#[test]
fn rfc_7515_a_1_hs256() {
    let secret = URL_SAFE_NO_PAD
        .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        .unwrap();
    let keys = VerificationKeys::from_iter([VerificationKey {
        kid: None,
        algorithm: Algorithm::HS256,
        key: DecodingKey::from_secret(&secret),
    }]);
    holds("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", &keys);
}

#[test]
fn rfc_7515_a_2_rs256() {
    let keys = keys(json!({
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB"
    }));
    holds(
        "eyJhbGciOiJSUzI1NiJ9",
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        &keys,
    );
}

#[test]
fn rfc_7515_a_3_es256() {
    let keys = keys(json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    }));
    holds(
        "eyJhbGciOiJFUzI1NiJ9",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        &keys,
    );
}

#[test]
fn rfc_8037_a_4_ed25519() {
    let keys = keys(json!({
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    }));
    // Its payload is a sentence and no JSON: the signature is right when that is the complaint.
    let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(outcome(&format!("{signed}.{signature}"), &keys), JwtError::Malformed("its payload"));
    assert_eq!(outcome(&format!("{signed}.A{}", &signature[1..]), &keys), JwtError::Signature);
}

#[test]
fn rfc_7519_6_1_an_unsecured_jwt_is_refused() {
    let keys = VerificationKeys::from_signing_keys([&SigningKey::generate(Algorithm::ES256).unwrap()]);
    assert_eq!(outcome(&format!("eyJhbGciOiJub25lIn0.{PAYLOAD}."), &keys), JwtError::Algorithm);
}

#[test]
fn at_hash_is_that_of_openid_connect_core_a_4() {
    let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    assert_eq!(at_hash(token, Algorithm::RS256), "77QmUPtjPfzWtF2AnpK9RQ");
    assert_eq!(URL_SAFE_NO_PAD.decode(at_hash(token, Algorithm::EdDSA)).unwrap().len(), 32);
}
