//! Names: which of them promise a value that everybody may see.

/// Parameters and members whose values are public: they are seen by everybody on the way, or say nothing of use.
const PUBLIC: &str = " \
    response_type response_mode client_id scope scopes code_challenge code_challenge_method grant_type token_type \
    token_type_hint expires_in error error_description iss issuer prompt max_age display ui_locales acr_values \
    audience decision active sub aud exp iat nbf auth_time username provider page \
    access_denied detail title type status message msg loc \
    id text words lines characters created_at updated_at item_id owner name given_name family_name \
    preferred_username full_name email email_verified disabled role roles \
    kty crv alg use kid x y n e resource resource_name ";

/// Claims that are public besides: names of things, and digests.
const CLAIMS: &str = " jti sid auth_id at_hash c_hash azp amr acr typ cty ";

/// Public names whose values are URLs, which have parameters of their own.
const URLS: &str = " iss issuer aud audience resource ";

/// Ends of names that the metadata documents use for public values.
const PUBLIC_ENDS: [&str; 6] = ["_supported", "_endpoint", "_uri", "_documentation", "_servers", "_required"];

/// Long random values: their fingerprint lets a reader see that a value comes back, and nobody can guess the
/// value from it. (A password has none.)
const RANDOM: &str = " code refresh_token access_token id_token token state nonce code_verifier client_secret \
    csrf_token request sid jti ";

/// Header fields that say nothing secret, in a request or an answer.
const PUBLIC_FIELDS: &str = " \
    accept accept-language accept-encoding content-length cache-control pragma connection date vary ";
/// Those of a request.
const PUBLIC_IN_REQUESTS: &str = " \
    host user-agent origin sec-fetch-site sec-fetch-mode sec-fetch-dest sec-fetch-user upgrade-insecure-requests \
    access-control-request-method access-control-request-headers ";
/// Those of an answer.
const PUBLIC_IN_ANSWERS: &str = " \
    www-authenticate retry-after allow etag expires strict-transport-security content-security-policy \
    x-content-type-options x-frame-options referrer-policy cross-origin-opener-policy \
    cross-origin-resource-policy permissions-policy access-control-allow-origin access-control-allow-methods \
    access-control-allow-headers access-control-expose-headers access-control-max-age link ";

/// Whether it looks like a name that somebody gave, and not like a value in its place: long random ones have
/// capitals or many digits.
pub(super) fn is_a_name(name: &str) -> bool {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:[]".contains(&byte));
    let capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    (1..=64).contains(&name.len())
        && letters
        && digits <= 8
        && (!capitals || name.len() <= 20)
        && !super::random::looks_random(name)
}

pub(super) fn is_public(name: &str) -> bool {
    is_in(PUBLIC, name) || PUBLIC_ENDS.iter().any(|end| name.ends_with(end))
}

pub(super) fn is_public_claim(name: &str) -> bool {
    is_public(name) || is_in(CLAIMS, name)
}

pub(super) fn is_url(name: &str) -> bool {
    is_in(URLS, name) || name.ends_with("_uri") || name.ends_with("_endpoint")
}

pub(super) fn is_random(name: &str) -> bool {
    is_in(RANDOM, name)
}

pub(super) fn is_public_field(name: &str, of_request: bool) -> bool {
    let own = if of_request { PUBLIC_IN_REQUESTS } else { PUBLIC_IN_ANSWERS };
    is_in(PUBLIC_FIELDS, name) || is_in(own, name)
}

pub(super) fn is_in(list: &str, name: &str) -> bool {
    list.split_ascii_whitespace().any(|listed| listed.eq_ignore_ascii_case(name))
}
