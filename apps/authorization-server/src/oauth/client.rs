//! Client authentication (RFC 6749 §2.3) against what is registered.

use auth_core::{
    client_authentication::{ClientAuthError, ClientAuthMethod, PresentedClient},
    error::OAuthError,
};

use crate::{
    db::{Refused, Tx},
    models::applications::Application,
};

/// A refusal of the token, revocation or introspection endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EndpointError {
    pub(crate) error: OAuthError,
    /// RFC 6749 §5.2: a 401 for a client that tried Basic carries a challenge for Basic.
    pub(crate) basic_tried: bool,
}

impl From<OAuthError> for EndpointError {
    fn from(error: OAuthError) -> Self {
        Self { error, basic_tried: false }
    }
}

impl From<ClientAuthError> for EndpointError {
    fn from(refused: ClientAuthError) -> Self {
        Self { error: refused.error, basic_tried: refused.basic_tried }
    }
}

impl From<OAuthError> for Refused<EndpointError> {
    fn from(error: OAuthError) -> Self {
        Self::Answer(error.into())
    }
}

/// The client behind what was presented.
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) fn authenticate(
    tx: &mut Tx,
    presented: &PresentedClient,
) -> Result<Application, Refused<EndpointError>> {
    // One answer for all of it: which clients exist is nobody's business.
    let refuse = || {
        Refused::Answer(EndpointError {
            error: OAuthError::invalid_client(
                "client authentication failed: unknown client, wrong secret, or not the registered method",
            ),
            basic_tried: presented.method == ClientAuthMethod::ClientSecretBasic,
        })
    };
    let application = Application::find(tx, &presented.client_id)?.ok_or_else(refuse)?;
    // RFC 7591 §2: the registered method is the method. A client of another one that is let in with a
    // secret in the form, or with none, has no use of its registration.
    if presented.method != application.token_endpoint_auth_method {
        return Err(refuse());
    }
    match (presented.method, &presented.secret) {
        (ClientAuthMethod::None, None) if application.is_public() => Ok(application),
        (ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost, Some(secret))
            if application.secret_matches(secret) =>
        {
            Ok(application)
        }
        _ => Err(refuse()),
    }
}
