//! [`SecurityHeaders`] as a layer for axum: `router.layer(headers)`.
//!
//! # Example
//! ```
//! use auth_core::headers::{Csp, SecurityHeaders};
//! use axum::{Router, routing::get};
//!
//! let app: Router = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .layer(SecurityHeaders::page(Csp::strict()));
//! ```

use std::task::{Context, Poll};

use futures::future::{BoxFuture, FutureExt};
use http::{HeaderMap, Request, Response};
use tower::{Layer, Service};

use super::SecurityHeaders;

impl SecurityHeaders {
    /// Adds the headers that are not there yet.
    pub fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}

impl<S> Layer<S> for SecurityHeaders {
    type Service = WithHeaders<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let headers = self.clone();
        WithHeaders { inner, headers }
    }
}

/// A service whose answers carry the [`SecurityHeaders`].
#[derive(Debug, Clone)]
pub struct WithHeaders<S> {
    inner: S,
    headers: SecurityHeaders,
}

impl<S, B, R> Service<Request<B>> for WithHeaders<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let headers = self.headers.clone();
        let answer = self.inner.call(request);
        async move {
            let mut response = answer.await?;
            headers.apply(response.headers_mut());
            Ok(response)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    use super::*;
    use crate::headers::Csp;

    #[tokio::test]
    async fn errors_have_the_headers_and_a_handlers_own_choice_stays() {
        let own = || async { ([("cache-control", "max-age=60")], "styles") };
        let app: Router = Router::new().route("/own", get(own)).layer(SecurityHeaders::page(Csp::strict()));

        let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
        let own = app.clone().oneshot(get("/own")).await.unwrap();
        assert_eq!(own.headers()["cache-control"], "max-age=60");
        let missing = app.oneshot(get("/missing")).await.unwrap();
        assert_eq!(missing.status(), 404);
        assert_eq!(missing.headers()["x-frame-options"], "DENY");
        assert_eq!(missing.headers()["cache-control"], "no-store");
    }
}
