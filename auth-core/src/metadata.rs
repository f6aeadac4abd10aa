//! Where an authorization server has its endpoints: its metadata document, RFC 8414 and OpenID
//! Connect Discovery 1.0, found from nothing but the issuer's name.
//!
//! # Example
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use auth_core::http_client::HttpClient;
//! use auth_core::metadata::ServerMetadata;
//! use auth_core::settings::Issuer;
//!
//! let issuer = Issuer::parse("https://issuer.example", false)?;
//! let metadata = ServerMetadata::fetch(&HttpClient::new()?, &issuer).await?;
//! println!("tokens come from {:?}", metadata.token_endpoint);
//! # Ok(())
//! # }
//! ```

use http::StatusCode;
use serde::Deserialize;

use crate::http_client::{HttpClient, HttpError};
use crate::settings::{HttpUrl, Issuer};

/// The members of the document that a resource server or a machine needs, RFC 8414 §2. What
/// signing users in needs beyond them is in [`crate::login`].
#[derive(Clone, Debug, Deserialize)]
pub struct ServerMetadata {
    /// The issuer; equal to the one that was asked for.
    pub issuer: String,
    /// Where tokens come from.
    pub token_endpoint: Option<String>,
    /// The key set.
    pub jwks_uri: Option<String>,
    /// Where to ask about tokens, RFC 7662.
    pub introspection_endpoint: Option<String>,
}

/// The metadata could not be had, or must not be believed.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// The document could not be fetched.
    #[error("the metadata of {issuer} cannot be fetched from {url}: {source}")]
    Fetch {
        /// The issuer that was asked for.
        issuer: String,
        /// The address that was tried last.
        url: String,
        /// What went wrong.
        source: HttpError,
    },
    /// The document is another issuer's.
    #[error("{expected} says that it is {found}: set ISSUER to exactly what the server calls itself")]
    OtherIssuer {
        /// The issuer that was asked for.
        expected: String,
        /// The issuer in the document.
        found: String,
    },
    /// An endpoint is missing, or not a URL that may be called.
    #[error("the metadata of {issuer} has no usable {endpoint}: {reason}")]
    Endpoint {
        /// The issuer that was asked for.
        issuer: String,
        /// The member of the document.
        endpoint: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl MetadataError {
    /// Whether trying again later may help: the server is not up yet, for instance.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Fetch { source, .. } if source.is_temporary())
    }
}

impl ServerMetadata {
    /// Fetches the metadata of `issuer` and checks that it is that issuer's.
    ///
    /// # Errors
    /// [`MetadataError::Fetch`] and [`MetadataError::OtherIssuer`].
    pub async fn fetch(http: &HttpClient, issuer: &Issuer) -> Result<Self, MetadataError> {
        let [openid, oauth] = well_known(issuer);
        let mut url = openid;
        let mut answer = http.get_json::<Self>(&url).await;
        if let Err(HttpError::Status(StatusCode::NOT_FOUND)) = answer {
            url = oauth;
            answer = http.get_json::<Self>(&url).await;
        }
        let metadata = answer.map_err(|source| {
            let issuer = issuer.as_str().to_owned();
            MetadataError::Fetch { issuer, url, source }
        })?;
        // RFC 8414 §3.3: identical, or a server could speak in another's name (RFC 9700 §4.4).
        if metadata.issuer != issuer.as_str() {
            let expected = issuer.as_str().to_owned();
            return Err(MetadataError::OtherIssuer { expected, found: metadata.issuer });
        }
        Ok(metadata)
    }

    /// An endpoint that an application cannot do without, for instance
    /// `metadata.require("token_endpoint", &metadata.token_endpoint)`.
    ///
    /// # Errors
    /// [`MetadataError::Endpoint`] when it is missing, or neither https nor on this machine.
    pub fn require(&self, endpoint: &'static str, value: &Option<String>) -> Result<HttpUrl, MetadataError> {
        let error =
            |reason: String| MetadataError::Endpoint { issuer: self.issuer.clone(), endpoint, reason };
        let value = value.as_deref().ok_or_else(|| error("it is not there".to_owned()))?;
        let url = HttpUrl::parse(endpoint, value).map_err(|reason| error(reason.to_string()))?;
        // An https issuer has no business on this machine's http ports.
        if self.issuer.starts_with("https:") && url.url().scheme() != "https" {
            return Err(error("it is not an https URL, but the issuer is".to_owned()));
        }
        Ok(url)
    }
}

/// The two addresses of the document: OpenID Connect Discovery §4 appends to the issuer,
/// RFC 8414 §3.1 inserts between host and path. For an issuer without a path both do the same.
fn well_known(issuer: &Issuer) -> [String; 2] {
    let path = issuer.url().path().trim_end_matches('/');
    let mut oauth = issuer.url().clone();
    oauth.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    [issuer.join(".well-known/openid-configuration"), oauth.into()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn the_documents_are_where_the_specifications_put_them() {
        let places = |issuer| well_known(&Issuer::parse(issuer, false).unwrap());
        assert_eq!(
            places("https://issuer.example"),
            [
                "https://issuer.example/.well-known/openid-configuration",
                "https://issuer.example/.well-known/oauth-authorization-server"
            ]
        );
        assert_eq!(
            places("https://issuer.example/tenant"),
            [
                "https://issuer.example/tenant/.well-known/openid-configuration",
                "https://issuer.example/.well-known/oauth-authorization-server/tenant"
            ]
        );
    }

    #[test]
    fn an_endpoint_must_be_there_and_as_safe_as_the_issuer() {
        let metadata = |issuer: &str, endpoint: &str| ServerMetadata {
            issuer: issuer.to_owned(),
            token_endpoint: Some(endpoint.to_owned()),
            jwks_uri: None,
            introspection_endpoint: None,
        };
        let token_endpoint = |issuer, endpoint| {
            let metadata = metadata(issuer, endpoint);
            metadata.require("token_endpoint", &metadata.token_endpoint)
        };
        assert!(token_endpoint("https://issuer.example", "https://issuer.example/token").is_ok());
        assert!(token_endpoint("http://localhost:9000", "http://localhost:9000/token").is_ok());
        for endpoint in ["http://issuer.example/token", "http://localhost:9000/token", "/token"] {
            let error = token_endpoint("https://issuer.example", endpoint).unwrap_err().to_string();
            assert!(error.contains("token_endpoint"), "{error}");
        }
        let metadata = metadata("https://issuer.example", "https://issuer.example/token");
        let missing = metadata.require("jwks_uri", &metadata.jwks_uri).unwrap_err();
        assert!(missing.to_string().contains("jwks_uri"), "{missing}");
    }
}
