//! The authorization response: RFC 6749 §4.1.2, with `iss` (RFC 9207).

use std::fmt;

use auth_core::{error::OAuthError, redirect_uri::RedirectUri, secret::AuthorizationCode};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::authorization_request::AuthorizationRequest;
use crate::{context::Context, models::applications::Application};

/// How the parameters travel. Not in a fragment: there is nothing that scripts should read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResponseMode {
    /// In the query of a redirect.
    Query,
    /// In a form that the browser posts: OAuth 2.0 Form Post Response Mode.
    FormPost,
}

impl ResponseMode {
    pub(crate) const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// What the browser takes to the client.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AuthorizationResponse {
    pub(crate) redirect_uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) params: Vec<(&'static str, String)>,
    form_origin: String,
}

impl AuthorizationResponse {
    // ANCHOR: response
    pub(super) fn code(
        ctx: &Context,
        application: &Application,
        request: &AuthorizationRequest,
        code: &AuthorizationCode,
    ) -> Self {
        let mut params = vec![("code", code.secret().to_owned())];
        params.extend(request.state.clone().map(|state| ("state", state)));
        // RFC 9207 §2: so that a client of several servers can tell who answers.
        params.push(("iss", ctx.issuer.as_str().to_owned()));
        Self::new(application, request, params)
    }
    // ANCHOR_END: response

    pub(super) fn error(
        ctx: &Context,
        application: &Application,
        request: &AuthorizationRequest,
        error: &OAuthError,
    ) -> Self {
        Self::new(application, request, error.redirect_params(request.state.as_deref(), ctx.issuer.as_str()))
    }

    fn new(
        application: &Application,
        request: &AuthorizationRequest,
        params: Vec<(&'static str, String)>,
    ) -> Self {
        Self {
            redirect_uri: request.redirect_uri.clone(),
            mode: request.response_mode,
            params,
            form_origin: redirect_origin(application, &request.redirect_uri),
        }
    }

    /// The URL to redirect to (303), in the mode `query`. RFC 6749 §3.1.2: a query that the redirect URI has
    /// already stays.
    pub(crate) fn location(&self) -> String {
        let separator = match self.redirect_uri.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        let query: String =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.params).finish();
        format!("{}{separator}{query}", self.redirect_uri)
    }

    /// Where the form leads, for a Content-Security-Policy.
    pub(crate) fn form_origin(&self) -> &str {
        &self.form_origin
    }
}

impl fmt::Debug for AuthorizationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.params.iter().map(|(name, _)| name).collect();
        f.debug_struct("AuthorizationResponse").field("params", &names).finish_non_exhaustive()
    }
}

/// The registered redirect URI behind the one that a request uses; they may differ in a loopback port.
pub(super) fn registered<'a>(application: &'a Application, redirect_uri: &str) -> Option<&'a RedirectUri> {
    application.redirect_uris.iter().find(|registered| registered.matches(redirect_uri))
}

pub(super) fn redirect_origin(application: &Application, redirect_uri: &str) -> String {
    registered(application, redirect_uri).map(RedirectUri::origin_for_csp).unwrap_or_default()
}
