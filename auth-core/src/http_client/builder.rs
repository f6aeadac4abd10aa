//! Limits and certificate authorities of a new [`HttpClient`].

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Certificate, redirect};

use super::resolver::LoopbackNames;
use super::{HttpClient, HttpError};

/// Makes an [`HttpClient`]; see [`HttpClient::builder`].
#[derive(Clone, Debug)]
pub struct HttpClientBuilder {
    connect_timeout: Duration,
    timeout: Duration,
    roots: Vec<Certificate>,
}

impl Default for HttpClientBuilder {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(3), timeout: Duration::from_secs(10), roots: Vec::new() }
    }
}

impl HttpClientBuilder {
    /// The time allowed for a connection to be made, TLS included. 3 s by default.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// The time allowed from the start of a request to the last byte of its answer. 10 s by
    /// default.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Trusts the certificate authorities in `pem` besides those of the system: for an
    /// authorization server whose certificate comes from an authority of one's own.
    ///
    /// # Errors
    /// [`HttpError::Setup`] when `pem` holds no certificate.
    pub fn root_certificates(mut self, pem: &[u8]) -> Result<Self, HttpError> {
        let roots = Certificate::from_pem_bundle(pem).map_err(|e| HttpError::Setup(e.to_string()))?;
        if roots.is_empty() {
            return Err(HttpError::Setup("the file of root certificates holds none".into()));
        }
        self.roots.extend(roots);
        Ok(self)
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`HttpError::Setup`] when the TLS library cannot be set up.
    pub fn build(self) -> Result<HttpClient, HttpError> {
        let with_system_roots = self.base().tls_certs_merge(self.roots.clone()).build();
        let client = with_system_roots.or_else(|error| {
            // A minimal container has no list of authorities. Everything on loopback works
            // without one, so this is a warning; https then trusts the given roots alone.
            tracing::warn!(
                %error,
                "no certificate authorities found on this system: install ca-certificates to call https servers"
            );
            self.base()
                .tls_certs_only(self.roots.clone())
                .build()
                .map_err(|e| HttpError::Setup(e.to_string()))
        })?;
        Ok(HttpClient { client })
    }

    fn base(&self) -> reqwest::ClientBuilder {
        // ANCHOR: limits
        reqwest::Client::builder()
            .user_agent(concat!("auth-core/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            // A redirected token request would hand the client's secret to another address.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(LoopbackNames))
        // ANCHOR_END: limits
    }
}
