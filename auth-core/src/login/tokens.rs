use std::fmt;
use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{ExtraTokenFields, StandardTokenResponse, TokenResponse as _};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::jwt::IdTokenClaims;
use crate::login::LoginError;
use crate::scope::Scopes;
use crate::secret::{BearerToken, RefreshToken};

/// How long an access token is taken to live when the server does not say (RFC 6749 §5.1 only
/// recommends it). Short: renewing too early costs a request, too late a failure.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// What a login brings. It belongs into a session on the server, and never into a page or a
/// cookie; `Debug` shows no token.
#[derive(Debug)]
pub struct Tokens {
    access_token: BearerToken,
    refresh_token: Option<RefreshToken>,
    scopes: Scopes,
    issued: Timestamp,
    expires: Timestamp,
    claims: IdTokenClaims,
}

impl Tokens {
    /// For calls to the API.
    #[must_use]
    pub const fn access_token(&self) -> &BearerToken {
        &self.access_token
    }

    /// Present if the server granted `offline_access` or gives refresh tokens anyway.
    #[must_use]
    pub const fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    /// What the user allowed, which may be less than was asked for (RFC 6749 §3.3).
    #[must_use]
    pub const fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// When the access token ends.
    #[must_use]
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The verified claims of the ID token.
    #[must_use]
    pub const fn claims(&self) -> &IdTokenClaims {
        &self.claims
    }

    /// Whether to renew the access token before it is used again: in the last minute of its life,
    /// or in its last quarter if that is shorter, so that it does not end on its way.
    #[must_use]
    pub fn needs_refresh(&self, now: Timestamp) -> bool {
        let lifetime = self.expires.saturating_since(self.issued);
        now + (lifetime / 4).min(Duration::from_secs(60)) >= self.expires
    }

    /// Whether the access token is of no more use.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires
    }

    pub(super) fn with_claims(self, claims: IdTokenClaims) -> Self {
        Self { claims, ..self }
    }

    /// New tokens of the same login. RFC 6749 §6: a server that sends no new refresh token means
    /// the old one to be used on.
    pub(super) fn replacing(self, old: &Self) -> Self {
        let refresh_token = self
            .refresh_token
            .or_else(|| old.refresh_token.as_ref().map(|token| RefreshToken::new(token.secret())));
        Self { refresh_token, claims: old.claims.clone(), ..self }
    }
}

/// The member that OpenID Connect adds to a token response (OpenID Connect Core §3.1.3.3).
#[derive(Serialize, Deserialize)]
pub(super) struct OidcFields {
    id_token: Option<String>,
}

impl ExtraTokenFields for OidcFields {}

impl fmt::Debug for OidcFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OidcFields([redacted])")
    }
}

/// Takes a token response (RFC 6749 §5.1) apart: the tokens, and the ID token that has not been
/// verified yet. `requested` are the scopes if the response does not name any.
pub(super) fn read(
    response: StandardTokenResponse<OidcFields, BasicTokenType>,
    now: Timestamp,
    requested: &Scopes,
) -> Result<(Tokens, Option<Zeroizing<String>>), LoginError> {
    // RFC 6749 §7.1: a client must not use a token whose type it does not understand.
    if *response.token_type() != BasicTokenType::Bearer {
        return Err(LoginError::TokenResponse("its token_type is not Bearer"));
    }
    let scopes = match response.scopes() {
        None => requested.clone(),
        Some(scopes) => scopes
            .iter()
            .map(|scope| scope.parse())
            .collect::<Result<Vec<Scopes>, _>>()
            .map_err(|_| LoginError::TokenResponse("its scope is malformed"))?
            .iter()
            .fold(Scopes::empty(), |all, one| all.union(one)),
    };
    let tokens = Tokens {
        access_token: BearerToken::new(response.access_token().secret()),
        refresh_token: response.refresh_token().map(|token| RefreshToken::new(token.secret())),
        scopes,
        issued: now,
        expires: now + response.expires_in().unwrap_or(DEFAULT_LIFETIME),
        claims: IdTokenClaims::default(),
    };
    Ok((tokens, response.extra_fields().id_token.clone().map(Zeroizing::new)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp::from_unix(1_000_000);

    fn tokens(response: Value) -> Result<Tokens, LoginError> {
        let asked = Scopes::parse("openid notes:read").unwrap();
        read(serde_json::from_value(response).unwrap(), NOW, &asked).map(|(tokens, _)| tokens)
    }

    fn after(seconds: u64) -> Timestamp {
        NOW + Duration::from_secs(seconds)
    }

    #[test]
    fn scopes_that_are_not_named_are_those_that_were_asked_for() {
        let all = tokens(json!({"access_token": "a", "token_type": "Bearer"})).unwrap();
        assert_eq!(all.scopes().to_string(), "notes:read openid");
        let fewer = tokens(json!({"access_token": "a", "token_type": "bearer", "scope": "openid"})).unwrap();
        assert_eq!(fewer.scopes().to_string(), "openid");
    }

    #[test]
    fn a_token_of_another_type_is_refused() {
        for token_type in ["DPoP", "mac", ""] {
            let error = tokens(json!({"access_token": "a", "token_type": token_type})).unwrap_err();
            assert!(matches!(error, LoginError::TokenResponse(_)), "{token_type}");
        }
    }

    #[test]
    fn tokens_are_renewed_before_they_end() {
        let hour = tokens(json!({"access_token": "a", "token_type": "Bearer", "expires_in": 3600})).unwrap();
        assert!(!hour.needs_refresh(after(3539)) && hour.needs_refresh(after(3540)));
        assert!(!hour.is_expired(after(3599)) && hour.is_expired(after(3600)));
        let short = tokens(json!({"access_token": "a", "token_type": "Bearer", "expires_in": 8})).unwrap();
        assert!(!short.needs_refresh(after(5)) && short.needs_refresh(after(6)));
        let unsaid = tokens(json!({"access_token": "a", "token_type": "Bearer"})).unwrap();
        assert_eq!(unsaid.expires(), after(300));
    }

    #[test]
    fn a_refresh_without_a_new_refresh_token_keeps_the_old_one() {
        let old =
            tokens(json!({"access_token": "a", "token_type": "Bearer", "refresh_token": "r1"})).unwrap();
        let kept = tokens(json!({"access_token": "b", "token_type": "Bearer"})).unwrap().replacing(&old);
        assert_eq!(kept.refresh_token().unwrap().secret(), "r1");
        let rotated =
            tokens(json!({"access_token": "b", "token_type": "Bearer", "refresh_token": "r2"})).unwrap();
        assert_eq!(rotated.replacing(&old).refresh_token().unwrap().secret(), "r2");
    }

    #[test]
    fn debug_shows_no_token() {
        let response = json!({"access_token": "s3cr3t", "token_type": "Bearer", "refresh_token": "s3cr3t", "id_token": "s3cr3t"});
        let parsed: StandardTokenResponse<OidcFields, BasicTokenType> =
            serde_json::from_value(response.clone()).unwrap();
        assert!(!format!("{parsed:?} {:?}", tokens(response).unwrap()).contains("s3cr3t"));
    }
}
