//! Lets the `oauth2` and `openidconnect` crates send through [`HttpClient`], with its limits.

use std::future::Future;
use std::pin::Pin;

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};

use super::{HttpClient, HttpError};

// ANCHOR: adapter
impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let mut headers = parts.headers;
            if let Some(authorization) = headers.get_mut(http::header::AUTHORIZATION) {
                authorization.set_sensitive(true);
            }
            let request =
                self.reqwest().request(parts.method, parts.uri.to_string()).headers(headers).body(body);
            let answer = self.send(request).await?;
            let mut response = HttpResponse::new(answer.body);
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        })
    }
}
// ANCHOR_END: adapter
