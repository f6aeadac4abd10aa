//! [`SecurityHeaders`] as middleware for actix-web: `scope.wrap(headers)`.
//!
//! # Example
//! ```
//! use actix_web::{App, web};
//! use auth_core::headers::{Csp, SecurityHeaders};
//!
//! let app = App::new().service(web::scope("").wrap(SecurityHeaders::page(Csp::strict())));
//! ```

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{Error, HttpResponse};
use futures::future::{FutureExt, LocalBoxFuture};

use super::SecurityHeaders;

impl SecurityHeaders {
    /// Adds the headers that are not there yet.
    pub fn apply_actix(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            // actix-web 4 speaks http 0.2, the rest of the workspace http 1.
            let name = HeaderName::from_bytes(name.as_str().as_bytes());
            let value = HeaderValue::from_bytes(value.as_bytes());
            if let (Ok(name), Ok(value)) = (name, value)
                && !headers.contains_key(&name)
            {
                headers.insert(name, value);
            }
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for SecurityHeaders
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = WithHeaders<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        let headers = Rc::new(self.clone());
        ready(Ok(WithHeaders { inner, headers }))
    }
}

/// A service whose answers carry the [`SecurityHeaders`].
#[derive(Debug)]
pub struct WithHeaders<S> {
    inner: S,
    headers: Rc<SecurityHeaders>,
}

impl<S, B> Service<ServiceRequest> for WithHeaders<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let headers = self.headers.clone();
        let answer = self.inner.call(request);
        async move {
            match answer.await {
                Ok(mut response) => {
                    headers.apply_actix(response.headers_mut());
                    Ok(response)
                }
                // Other middleware refuses with an error, which becomes an answer further out:
                // it is made here, so that it has the headers as well.
                Err(error) => {
                    let mut response: HttpResponse = error.error_response();
                    headers.apply_actix(response.headers_mut());
                    Err(InternalError::from_response(error, response).into())
                }
            }
        }
        .boxed_local()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actix_web::middleware::{Next, from_fn};
    use actix_web::test::{TestRequest, call_service, init_service, try_call_service};
    use actix_web::{App, error, web};

    use super::*;
    use crate::headers::Csp;

    async fn refuse<B>(_: ServiceRequest, _: Next<B>) -> Result<ServiceResponse<B>, Error> {
        Err(error::ErrorForbidden("no"))
    }

    #[actix_web::test]
    async fn errors_have_the_headers_and_a_handlers_own_choice_stays() {
        let caching = ("cache-control", "max-age=60");
        let own = move || async move { HttpResponse::Ok().insert_header(caching).finish() };
        let scope = web::scope("")
            .wrap(SecurityHeaders::page(Csp::strict()))
            .route("/own", web::get().to(own))
            .service(web::resource("/refused").wrap(from_fn(refuse)));
        let app = init_service(App::new().service(scope)).await;

        let get = |path: &str| TestRequest::get().uri(path).to_request();
        let own = call_service(&app, get("/own")).await;
        assert_eq!(own.headers().get("cache-control").unwrap(), "max-age=60");
        let missing = call_service(&app, get("/missing")).await;
        assert_eq!(missing.status(), 404);
        assert_eq!(missing.headers().get("x-frame-options").unwrap(), "DENY");

        let refused = try_call_service(&app, get("/refused")).await.unwrap_err();
        let refused = refused.error_response();
        assert_eq!(refused.status(), 403);
        assert_eq!(refused.headers().get("x-frame-options").unwrap(), "DENY");
    }
}
