//! Signing a user in at an authorization server: the relying party of OpenID Connect.
//!
//! A login is a state machine of three steps, and each step refuses what does not belong to it:
//!
//! 1. [`Login::start`] makes the URL that the browser is sent to, and a [`PendingLogin`], which the
//!    app keeps in *this browser's* session on the server.
//! 2. The browser comes back to the redirect URI. The app takes the [`PendingLogin`] **out** of
//!    the session, so that it is used once, and gives it to [`Login::callback`] with the query.
//! 3. `callback` compares `state` and `iss`, exchanges the code with the PKCE verifier, verifies
//!    the ID token, and returns the [`Tokens`]. [`Login::refresh`] renews them and
//!    [`Login::revoke`] ends them.
//!
//! The requests and answers of OAuth are those of the [`oauth2`] crate; what it leaves to its
//! caller (state, `iss`, nonce, ID token, time limits) is done here.
//!
//! # Example
//! ```no_run
//! use auth_core::clock::Clock;
//! use auth_core::http_client::HttpClient;
//! use auth_core::login::{Login, Provider, Registration};
//! use auth_core::params::Params;
//! use auth_core::redirect_uri::{ClientType, RedirectUri};
//! use auth_core::scope::Scopes;
//! use auth_core::secret::ClientSecret;
//! use auth_core::settings::Issuer;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let issuer = Issuer::parse("https://as.example", false)?;
//! let provider = Provider::discover(HttpClient::new()?, &issuer, Clock::system()).await?;
//! let login = Login::new(provider, Registration {
//!     client_id: "notes-web".to_owned(),
//!     client_secret: Some(ClientSecret::new("from the environment")),
//!     redirect_uri: RedirectUri::parse("https://notes.example/callback", ClientType::Confidential)?,
//!     scopes: Scopes::parse("openid profile offline_access notes:read")?,
//! });
//!
//! let (url, pending) = login.start();
//! // … 303 to `url`, `pending` into the session; the browser comes back, `pending` out of it …
//! let query = Params::parse(b"code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj&iss=https%3A%2F%2Fas.example")?;
//! let tokens = login.callback(pending, &query).await?;
//! println!("hello {}", tokens.claims().sub);
//! # Ok(()) }
//! ```

mod error;
mod id_token;
mod pending;
mod provider;
mod tokens;

pub use error::LoginError;
pub use pending::{PENDING_LIFETIME, PendingLogin};
pub use provider::Provider;
pub use tokens::Tokens;

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, AuthUrl, ClientId, CsrfToken, EndpointNotSet, EndpointSet, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, StandardRevocableToken, StandardTokenResponse, TokenUrl,
};
use url::Url;

use crate::client_authentication::basic_header;
use crate::clock::Clock;
use crate::error::ErrorCode;
use crate::jwt::IdTokenClaims;
use crate::params::Params;
use crate::redirect_uri::RedirectUri;
use crate::scope::{Scope, Scopes};
use crate::secret::{AuthorizationCode, ClientSecret};
use tokens::OidcFields;

// ANCHOR: client_type
/// The `oauth2` crate's client as this module uses it. Its many parameters stay in this alias.
type OAuthClient = oauth2::Client<
    BasicErrorResponse,
    StandardTokenResponse<OidcFields, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;
// ANCHOR_END: client_type

/// How the app is registered at the authorization server.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The app's name there.
    pub client_id: String,
    /// What it proves itself with; `None` for a public client.
    pub client_secret: Option<ClientSecret>,
    /// Where the browser comes back to, exactly as registered.
    pub redirect_uri: RedirectUri,
    /// What the app asks for. `openid` is what makes it a login, and is asked for in any case.
    pub scopes: Scopes,
}

/// An app that signs its users in at one provider.
#[derive(Debug)]
pub struct Login {
    provider: Provider,
    registration: Registration,
    oauth: OAuthClient,
}

impl Login {
    /// For one provider and the app's registration there.
    #[must_use]
    pub fn new(provider: Provider, mut registration: Registration) -> Self {
        registration.scopes.extend(Scope::parse("openid"));
        let mut oauth = oauth2::Client::new(ClientId::new(registration.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(provider.authorization_endpoint.clone()))
            .set_token_uri(TokenUrl::from_url(provider.token_endpoint.clone()))
            .set_auth_type(if provider.basic_supported {
                AuthType::BasicAuth
            } else {
                AuthType::RequestBody
            });
        // Always Ok, for it has been parsed before; the crate keeps the exact text as well.
        if let Ok(redirect_uri) = RedirectUrl::new(registration.redirect_uri.as_str().to_owned()) {
            oauth = oauth.set_redirect_uri(redirect_uri);
        }
        if let Some(secret) = &registration.client_secret {
            oauth = oauth.set_client_secret(oauth2::ClientSecret::new(secret.secret().to_owned()));
        }
        Self { provider, registration, oauth }
    }

    /// Begins a login: where to send the browser (with 303), and what to keep in its session
    /// until it comes back.
    #[must_use]
    #[tracing::instrument(skip_all, level = "debug")]
    // ANCHOR: start
    pub fn start(&self) -> (Url, PendingLogin) {
        let pending = PendingLogin::generate(self.clock().now());
        let state = pending.state().to_owned();
        let verifier = PkceCodeVerifier::new(pending.verifier().to_owned());
        let (url, _) = self
            .oauth
            .authorize_url(|| CsrfToken::new(state))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scopes(
                self.registration.scopes.iter().map(|scope| oauth2::Scope::new(scope.as_str().to_owned())),
            )
            .add_extra_param("nonce", pending.nonce().to_owned())
            .url();
        (url, pending)
    }
    // ANCHOR_END: start

    /// Ends a login: checks what the browser brought back, in an order in which nothing is sent
    /// to anybody before `state` and `iss` are right.
    ///
    /// # Errors
    /// [`LoginError`]; its [`status`](LoginError::status) is that of the page to show. Whatever it
    /// is, the pending login is used up.
    #[tracing::instrument(skip_all, level = "debug")]
    // ANCHOR: callback
    pub async fn callback(&self, pending: PendingLogin, query: &Params) -> Result<Tokens, LoginError> {
        let code = self.checked_response(&pending, query)?;
        let now = self.clock().now();
        let response = self
            .oauth
            .exchange_code(oauth2::AuthorizationCode::new(code.secret().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier().to_owned()))
            .request_async(&self.provider.http)
            .await
            .map_err(LoginError::from_exchange)?;
        let (tokens, id_token) = tokens::read(response, now, &self.registration.scopes)?;
        let Some(id_token) = id_token else {
            return Err(LoginError::TokenResponse("it has no id_token"));
        };
        let claims =
            self.verify_id_token(&id_token, tokens.access_token().secret(), Some(pending.nonce())).await?;
        Ok(tokens.with_claims(claims))
    }
    // ANCHOR_END: callback

    // ANCHOR: checked_response
    /// RFC 6749 §4.1.2 and RFC 9207 §2.4, without any request of our own.
    fn checked_response(
        &self,
        pending: &PendingLogin,
        query: &Params,
    ) -> Result<AuthorizationCode, LoginError> {
        // RFC 6749 §10.12: first of all, this browser must be the one that asked.
        if !query.get("state").is_some_and(|state| pending.is_for(state)) {
            return Err(LoginError::StateMismatch);
        }
        if pending.is_expired(self.clock().now()) {
            return Err(LoginError::PendingExpired);
        }
        // RFC 9207 §2.4: and the answer must come from the server that was asked, errors too.
        match query.get("iss") {
            Some(iss) if iss == self.provider.issuer => {}
            None if !self.provider.iss_supported => {}
            _ => return Err(LoginError::IssuerMismatch),
        }
        match (query.get("code"), query.get("error")) {
            (Some(code), None) => Ok(AuthorizationCode::new(code)),
            (None, Some("access_denied")) => Err(LoginError::AccessDenied),
            (None, Some(error)) => Err(LoginError::AuthorizationRefused(ErrorCode::parse(error))),
            _ => Err(LoginError::ResponseMalformed),
        }
    }
    // ANCHOR_END: checked_response

    /// Gets new tokens with the refresh token (RFC 6749 §6). The old ones are used up, for a
    /// server that rotates refresh tokens takes a second use for theft (RFC 9700 §4.14.2): call
    /// this for one session once at a time, and keep what it returns.
    ///
    /// # Errors
    /// [`LoginError::RefreshRefused`] when the server has ended the authorization, or there is no
    /// refresh token: the user must sign in again. Other errors may pass.
    #[tracing::instrument(skip_all, level = "debug")]
    pub async fn refresh(&self, old: &Tokens) -> Result<Tokens, LoginError> {
        let refresh_token = old.refresh_token().ok_or(LoginError::RefreshRefused)?;
        let now = self.clock().now();
        let response = self
            .oauth
            .exchange_refresh_token(&oauth2::RefreshToken::new(refresh_token.secret().to_owned()))
            .request_async(&self.provider.http)
            .await
            .map_err(LoginError::from_refresh)?;
        let (tokens, id_token) = tokens::read(response, now, old.scopes())?;
        // OpenID Connect Core §12.2: an ID token is optional here, and names the same user.
        if let Some(id_token) = id_token {
            let claims = self.verify_id_token(&id_token, tokens.access_token().secret(), None).await?;
            if claims.sub != old.claims().sub {
                return Err(LoginError::IdToken(id_token::IdTokenProblem::Subject.into()));
            }
        }
        Ok(tokens.replacing(old))
    }

    /// Ends the tokens at the server (RFC 7009): the refresh token first, for it is the one that
    /// lives long, and then the access token.
    ///
    /// # Errors
    /// [`LoginError`] when the server could not be told. The app forgets the tokens all the same.
    pub async fn revoke(&self, tokens: &Tokens) -> Result<(), LoginError> {
        let refresh = match tokens.refresh_token() {
            Some(token) => self.revoke_one(token.secret(), "refresh_token").await,
            None => Ok(()),
        };
        let access = self.revoke_one(tokens.access_token().secret(), "access_token").await;
        refresh.and(access)
    }

    // The oauth2 crate revokes at https URLs only, and development on loopback is http.
    async fn revoke_one(&self, token: &str, hint: &str) -> Result<(), LoginError> {
        let Some(endpoint) = &self.provider.revocation_endpoint else { return Ok(()) };
        let Registration { client_id, client_secret, .. } = &self.registration;
        let mut form = vec![("token", token), ("token_type_hint", hint)];
        let authorization = match client_secret {
            Some(secret) if self.provider.basic_supported => Some(basic_header(client_id, secret)),
            Some(secret) => {
                form.extend([("client_id", client_id.as_str()), ("client_secret", secret.secret())]);
                None
            }
            None => {
                form.push(("client_id", client_id));
                None
            }
        };
        let answer = self.provider.http.post_form(endpoint.as_str(), authorization.as_deref(), &form).await?;
        answer.success()?;
        Ok(())
    }

    /// The user's claims from the userinfo endpoint (OpenID Connect Core §5.3), or those of the ID
    /// token where the provider has no such endpoint.
    ///
    /// # Errors
    /// [`LoginError`] when the endpoint cannot be reached, or speaks about somebody else.
    pub async fn userinfo(
        &self,
        tokens: &Tokens,
    ) -> Result<serde_json::Map<String, serde_json::Value>, LoginError> {
        let Some(endpoint) = &self.provider.userinfo_endpoint else {
            return Ok(tokens.claims().extra.clone());
        };
        let http = &self.provider.http;
        let request = http.reqwest().get(endpoint.clone()).bearer_auth(tokens.access_token().secret());
        let claims: serde_json::Map<_, _> = http.send(request).await?.success()?.json()?;
        // OpenID Connect Core §5.3.2: or a swapped access token would bring another user's claims.
        if claims.get("sub").and_then(|sub| sub.as_str()) != Some(&tokens.claims().sub) {
            return Err(LoginError::IdToken(id_token::IdTokenProblem::Subject.into()));
        }
        Ok(claims)
    }

    #[tracing::instrument(skip_all, level = "debug")]
    async fn verify_id_token(
        &self,
        id_token: &str,
        access_token: &str,
        nonce: Option<&str>,
    ) -> Result<IdTokenClaims, LoginError> {
        let expected = self.provider.expected_id_token(&self.registration.client_id);
        let verified = self.provider.jwks.verify::<IdTokenClaims>(id_token, &expected).await?;
        id_token::check(&verified, &self.registration.client_id, access_token, nonce)
            .map_err(|problem| LoginError::IdToken(problem.into()))?;
        Ok(verified.claims)
    }

    fn clock(&self) -> &Clock {
        &self.provider.clock
    }
}

#[cfg(test)]
mod tests;
