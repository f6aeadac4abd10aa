//! The resource server's side of introspection.

use http::StatusCode;

use super::IntrospectionResponse;
use crate::client_authentication::basic_header;
use crate::clock::{Clock, Timestamp};
use crate::http_client::{HttpClient, HttpError};
use crate::secret::{BearerToken, ClientSecret};

/// Asks the authorization server about tokens. It keeps nothing:
/// [`TokenValidator::introspection`](crate::bearer::TokenValidator::introspection) does.
#[derive(Clone, Debug)]
pub struct IntrospectionClient {
    http: HttpClient,
    endpoint: String,
    client_id: String,
    client_secret: ClientSecret,
    clock: Clock,
}

/// The authorization server gave no answer about the token.
#[derive(Debug, thiserror::Error)]
pub enum IntrospectionError {
    /// It refused this resource server itself.
    #[error(
        "the authorization server refuses the client {client_id}: check CLIENT_ID and CLIENT_SECRET, and that it may introspect"
    )]
    Refused {
        /// The client that this resource server called itself.
        client_id: String,
    },
    /// It could not be reached, or its answer made no sense.
    #[error("introspection failed: {0}")]
    Http(#[from] HttpError),
}

impl IntrospectionClient {
    /// A client for the `introspection_endpoint` of an authorization server.
    pub fn new(
        http: HttpClient,
        endpoint: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: ClientSecret,
        clock: Clock,
    ) -> Self {
        let (endpoint, client_id) = (endpoint.into(), client_id.into());
        Self { http, endpoint, client_id, client_secret, clock }
    }

    /// Asks about one token, RFC 7662 §2.1.
    ///
    /// # Errors
    /// [`IntrospectionError`]. A token that is not good is not an error.
    pub async fn introspect(&self, token: &BearerToken) -> Result<IntrospectionResponse, IntrospectionError> {
        let authorization = basic_header(&self.client_id, &self.client_secret);
        let fields = [("token", token.secret()), ("token_type_hint", "access_token")];
        let response = self.http.post_form(&self.endpoint, Some(&authorization), &fields).await?;
        // RFC 7662 §2.3: 401 is about this client; a bad token is a 200 that says inactive.
        if matches!(response.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(IntrospectionError::Refused { client_id: self.client_id.clone() });
        }
        Ok(response.success()?.json()?)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
