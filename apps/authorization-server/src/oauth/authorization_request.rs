//! The authorization request, validated: RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2.1, OpenID
//! Connect Core §3.1.2.1.

use auth_core::{
    error::{ErrorCode, OAuthError},
    params::Params,
    pkce::{CodeChallenge, require_s256},
    redirect_uri,
    scope::Scopes,
};
use serde::{Deserialize, Serialize};

use super::{
    authorization_response::{AuthorizationResponse, ResponseMode},
    authorize::AuthorizeRefusal,
    grants::GrantType,
    resource, scopes,
};
use crate::{
    context::Context,
    db::{Fault, Refused, Tx},
    models::applications::Application,
    oidc::id_token,
};

/// Bytes that `state` and `nonce` may have each: anybody can have a request kept here for half an hour.
const LONGEST_ECHO: usize = 4096;

/// A longer hint is no name that could be typed at sign-in, and is left out.
const LONGEST_LOGIN_HINT: usize = 255;

/// What is kept of a request until it is decided.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    /// Whether the client named it: then it must do so again at the token endpoint.
    pub(crate) redirect_uri_sent: bool,
    pub(crate) response_mode: ResponseMode,
    pub(crate) state: Option<String>,
    pub(crate) scopes: Scopes,
    pub(crate) resources: Vec<String>,
    pub(crate) code_challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) prompt: Prompt,
    /// Seconds.
    pub(crate) max_age: Option<u64>,
    pub(crate) login_hint: Option<String>,
    /// The one user that the answer may be about, by `id_token_hint`.
    pub(crate) subject: Option<String>,
}

/// OpenID Connect Core §3.1.2.1, `prompt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prompt {
    /// Show nothing.
    pub(crate) none: bool,
    /// Sign in again. `select_account` is the same here: at sign-in one can choose who one is.
    pub(crate) login: bool,
    /// Ask for consent even if it was given before.
    pub(crate) consent: bool,
}

impl AuthorizationRequest {
    /// Reads and checks the parameters.
    ///
    /// Until client and redirect URI are known to belong together, an error is a page: RFC 6749 §4.1.2.1
    /// forbids to redirect. From then on it goes to the client.
    pub(crate) fn validate(
        tx: &mut Tx,
        ctx: &Context,
        params: &Params,
    ) -> Result<(Application, Self), Refused<AuthorizeRefusal>> {
        let page = |error| Refused::Answer(AuthorizeRefusal::Page(error));
        // ANCHOR: client_and_redirect_uri
        let client_id = params
            .get("client_id")
            .ok_or_else(|| page(OAuthError::invalid_request("the parameter client_id is missing")))?;
        let application = Application::find(tx, client_id)?.ok_or_else(|| {
            page(OAuthError::invalid_request("no client is registered with this client_id"))
        })?;
        let sent = params.get("redirect_uri");
        let redirect_uri = redirect_uri::select(&application.redirect_uris, sent)
            .map_err(|error| page(OAuthError::invalid_request(error.to_string())))?;
        // ANCHOR_END: client_and_redirect_uri

        // How to answer must be known before anything is answered. An unknown mode is refused in the default one.
        let mode = match params.get("response_mode") {
            None => Ok(ResponseMode::Query),
            Some(mode) => ResponseMode::parse(mode)
                .ok_or_else(|| OAuthError::invalid_request("response_mode must be query or form_post")),
        };
        let mut request = Self {
            client_id: application.client_id.clone(),
            redirect_uri,
            redirect_uri_sent: sent.is_some(),
            response_mode: *mode.as_ref().unwrap_or(&ResponseMode::Query),
            state: params.get("state").map(str::to_owned),
            scopes: Scopes::empty(),
            resources: Vec::new(),
            code_challenge: String::new(),
            nonce: params.get("nonce").map(str::to_owned),
            prompt: Prompt::default(),
            max_age: None,
            login_hint: params
                .get("login_hint")
                .filter(|hint| hint.len() <= LONGEST_LOGIN_HINT)
                .map(str::to_owned),
            subject: None,
        };
        let read = mode.and_then(|_| request.read_the_rest(ctx, &application, params));
        let read = match read {
            Ok(()) => request.read_id_token_hint(tx, ctx, params)?,
            refused => refused,
        };
        match read {
            Ok(()) => Ok((application, request)),
            Err(error) => {
                let response = AuthorizationResponse::error(ctx, &application, &request, &error);
                Err(Refused::Answer(AuthorizeRefusal::Respond(response)))
            }
        }
    }

    fn read_the_rest(
        &mut self,
        ctx: &Context,
        application: &Application,
        params: &Params,
    ) -> Result<(), OAuthError> {
        // OpenID Connect Core §3.1.2.6: what is not supported is refused, and never half understood.
        for (parameter, code) in [
            ("request", ErrorCode::RequestNotSupported),
            ("request_uri", ErrorCode::RequestUriNotSupported),
            ("registration", ErrorCode::RegistrationNotSupported),
        ] {
            if params.get(parameter).is_some() {
                return Err(OAuthError::new(code, "send the parameters of the request themselves"));
            }
        }
        if [&self.state, &self.nonce].into_iter().flatten().any(|text| text.len() > LONGEST_ECHO) {
            return Err(OAuthError::invalid_request("state and nonce may have 4096 bytes each"));
        }
        match params.get("response_type") {
            Some("code") => {}
            None => return Err(OAuthError::invalid_request("the parameter response_type is missing")),
            // RFC 9700 §2.1.2: no tokens in an authorization response.
            Some(_) => return Err(OAuthError::unsupported_response_type("response_type must be code")),
        }
        if !application.allows(GrantType::AuthorizationCode) {
            return Err(OAuthError::unauthorized_client(
                "this client is not registered for authorization_code",
            ));
        }
        // ANCHOR: require_pkce
        // RFC 9700 §2.1.1: PKCE for every client; RFC 7636 §4.4.1 gives the error.
        let challenge = params.get("code_challenge").ok_or_else(|| {
            OAuthError::invalid_request("the parameter code_challenge is missing: PKCE with S256 is required")
        })?;
        require_s256(params.get("code_challenge_method"))
            .map_err(|_| OAuthError::invalid_request("code_challenge_method must be S256"))?;
        // ANCHOR_END: require_pkce
        let challenge = CodeChallenge::parse_s256(challenge).map_err(|_| {
            OAuthError::invalid_request(
                "code_challenge must be the base64url of a SHA-256 digest: 43 characters",
            )
        })?;
        self.code_challenge = challenge.as_str().to_owned();
        self.scopes = scopes::of_request(params.get("scope"), ctx, application)?;
        self.resources = resource::requested(params, &resource::of_client(ctx, application))?;
        self.prompt = Prompt::parse(params.get("prompt"))?;
        self.max_age = match params.get("max_age") {
            None => None,
            // Rust would read a leading plus as well.
            Some(seconds) => {
                Some(seconds.parse().ok().filter(|_| !seconds.starts_with('+')).ok_or_else(|| {
                    OAuthError::invalid_request(
                        "max_age must be a number of seconds, without sign or fraction",
                    )
                })?)
            }
        };
        Ok(())
    }

    /// OpenID Connect Core §3.1.2.2 (4): no answer about another user than the hint's. A hint that can't be
    /// read can't be kept to.
    fn read_id_token_hint(
        &mut self,
        tx: &mut Tx,
        ctx: &Context,
        params: &Params,
    ) -> Result<Result<(), OAuthError>, Fault> {
        let Some(hint) = params.get("id_token_hint") else { return Ok(Ok(())) };
        self.subject = id_token::subject_of_hint(tx, ctx, &self.client_id, hint)?;
        Ok(self.subject.as_ref().map(|_| ()).ok_or_else(|| {
            OAuthError::invalid_request("id_token_hint must be an ID token that this client got from here")
        }))
    }

    /// Whether an answer may be about this user.
    pub(crate) fn is_about(&self, user_id: &str) -> bool {
        self.subject.as_ref().is_none_or(|subject| subject == user_id)
    }
}

impl Prompt {
    fn parse(parameter: Option<&str>) -> Result<Self, OAuthError> {
        let mut prompt = Self::default();
        for value in parameter.unwrap_or_default().split_ascii_whitespace() {
            match value {
                "none" => prompt.none = true,
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => {
                    return Err(OAuthError::invalid_request(
                        "prompt must be none, or one or more of login, consent and select_account",
                    ));
                }
            }
        }
        // OpenID Connect Core §3.1.2.1: none with any other value is an error.
        if prompt.none && (prompt.login || prompt.consent) {
            return Err(OAuthError::invalid_request("prompt=none can't be combined with another value"));
        }
        Ok(prompt)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn prompt_none_stands_alone() {
        assert!(Prompt::parse(Some("none")).unwrap().none);
        assert!(Prompt::parse(Some("login consent")).unwrap().consent);
        assert!(Prompt::parse(Some("select_account")).unwrap().login);
        assert_eq!(Prompt::parse(None).unwrap(), Prompt::default());
        for refused in ["none login", "consent none", "create", "LOGIN"] {
            assert_eq!(
                Prompt::parse(Some(refused)).unwrap_err().code(),
                ErrorCode::InvalidRequest,
                "{refused}"
            );
        }
    }
}
