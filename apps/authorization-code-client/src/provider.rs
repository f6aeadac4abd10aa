//! The provider, looked for when it is first needed.

use std::sync::Arc;

use auth_core::clock::Clock;
use auth_core::http_client::HttpClient;
use auth_core::login::{Login, LoginError, Provider, Registration};
use auth_core::settings::Issuer;
use tokio::sync::OnceCell;

/// Discovers the provider once. Until that works every caller tries again, so the app may start
/// before the authorization server and needs no order among services.
pub(crate) struct LazyProvider {
    found: OnceCell<Arc<Login>>,
    http: HttpClient,
    issuer: Issuer,
    registration: Registration,
    clock: Clock,
}

impl LazyProvider {
    pub(crate) fn new(http: HttpClient, issuer: Issuer, registration: Registration, clock: Clock) -> Self {
        Self { found: OnceCell::new(), http, issuer, registration, clock }
    }

    /// The login at this provider. Callers that come together share one discovery.
    pub(crate) async fn login(&self) -> Result<Arc<Login>, LoginError> {
        let discover = || async {
            let provider = Provider::discover(self.http.clone(), &self.issuer, self.clock.clone()).await?;
            tracing::info!(issuer = %self.issuer, "found the authorization server");
            Ok(Arc::new(Login::new(provider, self.registration.clone())))
        };
        self.found.get_or_try_init(discover).await.cloned()
    }

    /// The host that the user is sent to, for pages.
    pub(crate) fn host(&self) -> String {
        let url = self.issuer.url();
        let host = url.host_str().unwrap_or_default();
        url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}
