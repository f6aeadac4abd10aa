#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

fn what(context: Context, name: &str) -> &'static str {
    explain(context, name).unwrap_or_else(|| panic!("{context:?} {name}")).what
}

#[test]
fn a_name_is_explained_where_it_stands() {
    assert_ne!(what(Context::AuthorizationResponse, "code"), what(Context::CodeExchange, "code"));
    assert_ne!(what(Context::AuthorizationRequest, "state"), what(Context::AuthorizationResponse, "state"));
    assert_ne!(what(Context::IdToken, "aud"), what(Context::AccessToken, "aud"));
    assert_ne!(what(Context::TokenResponse, "refresh_token"), what(Context::Refresh, "refresh_token"));
    assert_ne!(what(Context::AuthorizationRequest, "scope"), what(Context::Consent, "scope"));
    assert!(explain(Context::TokenResponse, "code_verifier").is_none());
}

#[test]
fn every_part_of_the_flows_is_explained() {
    use Context::*;
    let names: &[(Context, &str)] = &[
        (
            AuthorizationRequest,
            "response_type client_id redirect_uri scope state nonce code_challenge code_challenge_method prompt resource",
        ),
        (AuthorizationResponse, "code state iss error error_description"),
        (SignIn, "request username password csrf_token"),
        (Consent, "request decision scope csrf_token"),
        (ClientForm, "csrf_token text"),
        (CodeExchange, "grant_type code code_verifier redirect_uri client_id client_secret"),
        (Refresh, "grant_type refresh_token scope"),
        (ClientCredentials, "grant_type scope resource"),
        (PasswordGrant, "grant_type username password scope"),
        (
            TokenResponse,
            "access_token token_type expires_in scope refresh_token id_token error error_description",
        ),
        (Revocation, "token token_type_hint client_id error"),
        (IntrospectionRequest, "token token_type_hint"),
        (
            IntrospectionResponse,
            "active scope client_id username token_type exp iat nbf sub aud iss jti auth_time error",
        ),
        (Userinfo, "sub name preferred_username email email_verified error"),
        (Metadata, "issuer authorization_endpoint token_endpoint jwks_uri code_challenge_methods_supported"),
        (Keys, "keys[0].kid keys[1].kty keys[0].alg keys[0].x"),
        (RequestHeader, "Authorization cookie Origin sec-fetch-site referer host content-type"),
        (ResponseHeader, "location set-cookie cache-control www-authenticate content-security-policy"),
        (RequestCookie, "client_session as_session __Host-client_session __Host-as_session"),
        (SetCookie, "client_session HttpOnly SameSite Secure Path Max-Age"),
        (JoseHeader, "alg typ kid"),
        (IdToken, "iss sub aud azp exp iat auth_time nonce at_hash sid email"),
        (AccessToken, "iss sub aud client_id exp iat jti scope auth_time auth_id"),
        (Api, "[0].id [0].text report.words error detail"),
    ];
    for (context, names) in names {
        for name in names.split(' ') {
            what(*context, name);
        }
    }
}

#[test]
fn an_explanation_is_complete() {
    let tables = [
        authorization::REQUEST,
        authorization::RESPONSE,
        authorization::SIGN_IN,
        authorization::CONSENT,
        tokens::EVERY_GRANT,
        tokens::CODE_EXCHANGE,
        tokens::REFRESH,
        tokens::CLIENT_CREDENTIALS,
        tokens::PASSWORD,
        tokens::RESPONSE,
        tokens::ERRORS,
        tokens::REVOCATION,
        tokens::INTROSPECTION_REQUEST,
        tokens::INTROSPECTION_RESPONSE,
        claims::JOSE_HEADER,
        claims::ID_TOKEN,
        claims::ACCESS_TOKEN,
        claims::USERINFO,
        metadata::METADATA,
        metadata::KEYS,
        headers::REQUEST,
        headers::RESPONSE,
        headers::GUARDS,
        cookies::COOKIES,
        cookies::ATTRIBUTES,
    ];
    for (name, entry) in tables.into_iter().flatten() {
        assert!(entry.what.ends_with('.') && !entry.by.is_empty(), "{name}");
        assert!(entry.stops.is_empty() || entry.stops.ends_with('.'), "{name}");
        assert!(!entry.specs.is_empty(), "{name} has no specification");
        for text in [entry.what, entry.by, entry.stops] {
            assert_eq!(prose(text).count() % 2, 1, "{name}: a backtick is missing");
        }
    }
}

#[test]
fn inner_members_are_called_by_their_own_name() {
    assert_eq!(last_part("keys[0].kid"), "kid");
    assert_eq!(last_part("[2].report.words"), "words");
    assert_eq!(last_part("aud[1]"), "aud");
    assert_eq!(last_part("[0]"), "[0]");
}

/// The list of sections that the whole repository cites from, each compared with the specification.
const SECTIONS: &str = include_str!("../../../../../docs/rfc-sections.toml");

#[test]
fn every_section_is_one_that_exists() {
    let sources = [
        include_str!("authorization.rs"),
        include_str!("claims.rs"),
        include_str!("cookies.rs"),
        include_str!("headers.rs"),
        include_str!("metadata.rs"),
        include_str!("resources.rs"),
        include_str!("tokens.rs"),
        include_str!("../step/about.rs"),
    ];
    let code: String = sources.concat().split_whitespace().collect();
    let mut cited = 0;
    for citation in code.split("rfc(").skip(1) {
        let (number, rest) = citation.split_once(",\"").unwrap();
        let section = rest.split('"').next().unwrap();
        let name = format!("name = \"RFC {number}\"");
        let listed = SECTIONS.split("[[specification]]").find(|specification| specification.contains(&name));
        let listed = listed.unwrap_or_else(|| panic!("RFC {number} is not listed"));
        assert!(listed.contains(&format!("\n\"{section}\" = ")), "RFC {number} §{section} is not listed");
        cited += 1;
    }
    assert!(cited > 100, "{cited}");
}
