//! Verification: RFC 7515 §5.2, RFC 7519 §7.2, RFC 8725 and RFC 9068 §4, in their order.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::parse::Parts;
use super::{ACCESS_TOKEN_TYPE, Algorithm, JWT_TYPE, JwtError, VerificationKeys};
use crate::clock::Timestamp;

/// The most that two clocks may differ and still agree about a token. A larger leeway lets
/// expired tokens live on.
pub const MAX_LEEWAY: Duration = Duration::from_secs(30);

/// What a token must be to be accepted.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The one issuer, compared exactly.
    pub issuer: String,
    /// The recipient's own names; the token must be for one of them.
    pub audience: Vec<String>,
    /// The type of token, [`ACCESS_TOKEN_TYPE`] or [`JWT_TYPE`].
    pub typ: &'static str,
    /// The algorithms that are accepted. The key decides in the end: each is for one algorithm.
    pub algorithms: Vec<Algorithm>,
    /// How far the clocks may differ. More than [`MAX_LEEWAY`] counts as [`MAX_LEEWAY`].
    pub leeway: Duration,
}

impl Expected {
    /// An access token (RFC 9068) by `issuer` for the resource server `audience`, signed with any
    /// algorithm that has a public key, clocks within 5 s.
    // ANCHOR: expected_access_token
    pub fn access_token(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: vec![audience.into()],
            typ: ACCESS_TOKEN_TYPE,
            algorithms: Algorithm::ASYMMETRIC.to_vec(),
            leeway: Duration::from_secs(5),
        }
    }
    // ANCHOR_END: expected_access_token

    /// An ID token (OpenID Connect Core §2) by `issuer` for the client `client_id`.
    pub fn id_token(issuer: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self { typ: JWT_TYPE, ..Self::access_token(issuer, client_id) }
    }
}

/// A token whose signature and claims have been verified.
#[derive(Clone, Debug)]
pub struct Verified<C> {
    /// What it says.
    pub claims: C,
    /// The algorithm that it is signed with, for [`at_hash`](super::at_hash).
    pub algorithm: Algorithm,
    /// The key that it is signed with.
    pub kid: Option<String>,
}

/// Verifies `token` with an issuer's `keys` and gives its claims as `C`, provided that it is all
/// that is `expected` at the time `now`.
///
/// `iss`, `aud`, `sub`, `exp` and `iat` are required. Header parameters that bring or locate a
/// key (`jwk`, `jku`, `x5c`, `x5u`) are never looked at.
///
/// # Errors
/// A [`JwtError`] that says which rule the token breaks. Whoever sent it need not know.
pub fn verify<C: DeserializeOwned>(
    token: &str,
    keys: &VerificationKeys,
    expected: &Expected,
    now: Timestamp,
) -> Result<Verified<C>, JwtError> {
    let parts = Parts::parse(token)?;
    // RFC 7515 §4.1.11: a `crit` that is not understood must be refused, and none is.
    if parts.header.contains_key("crit") {
        return Err(JwtError::Critical);
    }
    let algorithm = accepted_algorithm(&parts, expected)?;
    check_type(&parts, expected.typ)?;

    let kid = parts.header_str("kid")?;
    let key = keys.select(kid, algorithm).ok_or(JwtError::UnknownKey)?;
    // RFC 8725 §3.1: the algorithm is the key's. The header must say the same; it chooses nothing.
    if key.algorithm != algorithm {
        return Err(JwtError::Signature);
    }
    let valid = jsonwebtoken::crypto::verify(
        parts.signature,
        parts.signed.as_bytes(),
        &key.key,
        key.algorithm.backend(),
    );
    if !matches!(valid, Ok(true)) {
        return Err(JwtError::Signature);
    }

    let mut claims = parts.claims()?;
    check_claims(&mut claims, expected, now)?;
    let claims =
        serde_json::from_value(Value::Object(claims)).map_err(|error| JwtError::Claims(error.to_string()))?;
    Ok(Verified { claims, algorithm, kid: kid.map(str::to_owned) })
}

fn accepted_algorithm(parts: &Parts<'_>, expected: &Expected) -> Result<Algorithm, JwtError> {
    let name = parts.header_str("alg")?.ok_or(JwtError::Algorithm)?;
    Algorithm::parse(name)
        .filter(|algorithm| expected.algorithms.contains(algorithm))
        .ok_or(JwtError::Algorithm)
}

/// RFC 8725 §3.11: explicit types keep one kind of token from standing in for another.
fn check_type(parts: &Parts<'_>, expected: &'static str) -> Result<(), JwtError> {
    let is_expected = match parts.header_str("typ")? {
        // RFC 7515 §4.1.9: a media type, compared without regard to case, "application/" optional.
        Some(typ) => {
            let typ = typ.to_ascii_lowercase();
            typ.strip_prefix("application/").unwrap_or(&typ) == expected.to_ascii_lowercase()
        }
        // RFC 7519 §5.1: "JWT" may go without saying. "at+jwt" may not (RFC 9068 §4).
        None => expected == JWT_TYPE,
    };
    if is_expected { Ok(()) } else { Err(JwtError::Type(expected)) }
}

fn check_claims(
    claims: &mut Map<String, Value>,
    expected: &Expected,
    now: Timestamp,
) -> Result<(), JwtError> {
    let leeway = expected.leeway.min(MAX_LEEWAY);

    // ANCHOR: claims_of_a_token
    // RFC 9068 §4: exactly the issuer whose keys these are.
    if required_str(claims, "iss")? != expected.issuer {
        return Err(JwtError::Issuer);
    }
    // RFC 7519 §4.1.3: whoever does not find themselves in `aud` must refuse the token.
    if !audience(claims)?.iter().any(|aud| expected.audience.contains(aud)) {
        return Err(JwtError::Audience);
    }
    required_str(claims, "sub")?;

    let exp = numeric_date(claims, "exp")?.ok_or(JwtError::Missing("exp"))?;
    let iat = numeric_date(claims, "iat")?.ok_or(JwtError::Missing("iat"))?;
    let nbf = numeric_date(claims, "nbf")?;
    // RFC 7519 §4.1.4: on or after `exp` is too late.
    if now >= exp + leeway {
        return Err(JwtError::Expired);
    }
    // RFC 7519 §4.1.5; a token from the future is as little to be trusted as one not valid yet.
    if iat > now + leeway || nbf.is_some_and(|nbf| nbf > now + leeway) {
        return Err(JwtError::NotYetValid);
    }
    // ANCHOR_END: claims_of_a_token
    Ok(())
}

fn required_str<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, JwtError> {
    match claims.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(Value::Null) | None => Err(JwtError::Missing(name)),
        Some(_) => Err(JwtError::ClaimType(name)),
    }
}

fn audience(claims: &Map<String, Value>) -> Result<Vec<String>, JwtError> {
    match claims.get("aud") {
        Some(Value::Null) | None => Err(JwtError::Missing("aud")),
        Some(Value::String(one)) => Ok(vec![one.clone()]),
        Some(many) => serde_json::from_value(many.clone()).map_err(|_| JwtError::ClaimType("aud")),
    }
}

/// RFC 7519 §2: a NumericDate is a JSON number of seconds, which may have a fraction. The
/// fraction is dropped, in the claims as well, so that they are read as they were checked.
fn numeric_date(claims: &mut Map<String, Value>, name: &'static str) -> Result<Option<Timestamp>, JwtError> {
    /// The year 9999. Later is no date, and keeps the arithmetic within bounds.
    const LATEST: i64 = 253_402_300_799;
    let Some(value) = claims.get_mut(name) else { return Ok(None) };
    let seconds = value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
        .filter(|seconds| (0..=LATEST).contains(seconds))
        .ok_or(JwtError::ClaimType(name))?;
    *value = seconds.into();
    Ok(Some(Timestamp::from_unix(seconds)))
}
