//! The token in the Authorization header, RFC 6750 §2.1.

use super::BearerError;
use crate::jwt::MAX_TOKEN_BYTES;
use crate::secret::BearerToken;

/// The bearer token among all `Authorization` header values of a request, or `None` when the
/// request brings no bearer token at all.
///
/// A token in the query or in the form is never looked at: RFC 9700 §4.3.2, addresses end up in
/// logs, in histories and in Referer headers.
///
/// # Errors
/// [`BearerError::Malformed`] for two headers, for what is no credential, and for a token with
/// characters that no token has.
pub fn bearer_token(authorization: &[&str]) -> Result<Option<BearerToken>, BearerError> {
    // ANCHOR: bearer_token
    let credentials = match authorization {
        [] => return Ok(None),
        [one] => one.trim_matches([' ', '\t']),
        // RFC 9110 §5.3 allows one; a proxy may have checked the other one.
        _ => return Err(BearerError::Malformed),
    };
    // RFC 9110 §11.4: a scheme, one or more spaces, the credentials.
    let (scheme, token) = credentials.split_once(' ').unwrap_or((credentials, ""));
    if !is_scheme(scheme) {
        return Err(BearerError::Malformed);
    }
    // RFC 9110 §11.1: the scheme is compared without regard to case.
    if !scheme.eq_ignore_ascii_case("Bearer") {
        // RFC 6750 §3.1: another method counts as no authentication information.
        return Ok(None);
    }
    let token = token.trim_start_matches(' ');
    if token.len() > MAX_TOKEN_BYTES || !is_b64token(token) {
        return Err(BearerError::Malformed);
    }
    Ok(Some(BearerToken::new(token)))
    // ANCHOR_END: bearer_token
}

/// RFC 9110 §5.6.2: `1*tchar`.
fn is_scheme(text: &str) -> bool {
    let tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(tchar)
}

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_token_is_found_whatever_the_case_of_the_scheme() {
        for header in ["Bearer mF_9.B5f-4.1JqM", "bearer mF_9.B5f-4.1JqM", "BEARER  mF_9.B5f-4.1JqM "] {
            let token = bearer_token(&[header]).unwrap().unwrap();
            assert_eq!(token.secret(), "mF_9.B5f-4.1JqM", "{header}");
        }
        assert_eq!(bearer_token(&["Bearer abc/+~=="]).unwrap().unwrap().secret(), "abc/+~==");
    }

    #[test]
    fn no_header_and_another_scheme_are_no_token() {
        assert!(bearer_token(&[]).unwrap().is_none());
        for header in ["Basic czZCaGRSa3F0Mw==", "DPoP abc", "Bearerabc", "Negotiate"] {
            assert!(bearer_token(&[header]).unwrap().is_none(), "{header}");
        }
    }

    #[test]
    fn malformed_headers_are_refused() {
        let long = format!("Bearer {}", "a".repeat(MAX_TOKEN_BYTES + 1));
        for header in [
            "",
            " ",
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer a,b",
            "Bearer \"a\"",
            "Bearer ä",
            "Bearer =",
            "Bearer a=b",
            "Bearer a\0",
            "Bearer\ta",
            "token=\"x\" y",
            &long,
        ] {
            assert_eq!(bearer_token(&[header]).unwrap_err(), BearerError::Malformed, "{header:?}");
        }
    }

    #[test]
    fn two_headers_are_refused_even_if_they_agree() {
        for pair in [["Bearer a", "Bearer a"], ["Bearer a", "Basic b"], ["Basic b", "Bearer a"]] {
            assert_eq!(bearer_token(&pair).unwrap_err(), BearerError::Malformed);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_gives_back_exactly_the_token(header in ".{0,60}") {
            if let Ok(Some(token)) = bearer_token(&[&header]) {
                prop_assert!(is_b64token(token.secret()));
                prop_assert!(header.trim_end_matches([' ', '\t']).ends_with(token.secret()));
            }
        }

        #[test]
        fn every_b64token_is_taken(token in "[A-Za-z0-9._~+/-]{1,80}={0,2}") {
            let header = format!("Bearer {token}");
            let found = bearer_token(&[&header]).unwrap().unwrap();
            prop_assert_eq!(found.secret(), token);
        }
    }
}
