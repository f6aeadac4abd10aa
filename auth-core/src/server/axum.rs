use std::error::Error;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum_server::Handle;
use axum_server::accept::{Accept, NoDelayAcceptor};
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use futures::future::BoxFuture;
use futures::{FutureExt, TryFutureExt};
use http::StatusCode;
use http_body_util::{LengthLimitError, Limited};
use hyper_util::rt::TokioTimer;
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio_util::either::Either;
use tokio_util::sync::CancellationToken;

use super::StartError;
use super::answer::{self, Answer};
use super::shell::{DRAIN, Limits, Server, Shell, local_addr};
use super::watch::{LONGEST, Recording};
use crate::headers::SecurityHeaders;

/// Serves an axum router. The socket comes from [`super::Listen::bind`].
pub fn axum(listener: TcpListener, router: Router, limits: Limits) -> Result<Server, StartError> {
    let addr = local_addr(&listener)?;
    let shell = Shell::new(limits, addr);
    let router =
        router.layer(middleware::from_fn_with_state(shell.clone(), around)).layer(SecurityHeaders::api());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();

    let serve =
        move |shutdown: CancellationToken, tls: Option<ServerConfig>| -> BoxFuture<'static, io::Result<()>> {
            Box::pin(async move {
                let handle = Handle::new();
                // HTTP/1.1 only: to tell the versions apart the builder would first wait for
                // bytes without any limit, and a silent client could hold a connection for ever.
                let mut server = axum_server::from_tcp(listener)?
                    .handle(handle.clone())
                    .acceptor(Acceptor::new(tls, limits.head))
                    .http1_only();
                server
                    .http_builder()
                    .http1()
                    .timer(TokioTimer::new())
                    .header_read_timeout(limits.head)
                    .max_buf_size(64 * 1024);
                let stop = async {
                    shutdown.cancelled().await;
                    handle.graceful_shutdown(Some(DRAIN));
                    std::future::pending().await
                };
                tokio::select! {
                    result = server.serve(service) => result,
                    () = stop => Ok(()),
                }
            })
        };
    Ok(Server::new(addr, shell, Box::new(serve)))
}

/// Takes connections as they come, or with a TLS handshake.
#[derive(Clone)]
struct Acceptor(Option<RustlsAcceptor<NoDelayAcceptor>>);

impl Acceptor {
    fn new(tls: Option<ServerConfig>, handshake: Duration) -> Acceptor {
        let tls = tls.map(|config| RustlsConfig::from_config(Arc::new(config)));
        let over = NoDelayAcceptor::new();
        Acceptor(tls.map(|tls| RustlsAcceptor::new(tls).handshake_timeout(handshake).acceptor(over)))
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = Either<TcpStream, <RustlsAcceptor<NoDelayAcceptor> as Accept<TcpStream, S>>::Stream>;
    type Service = S;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        match &self.0 {
            None => {
                let accepted = NoDelayAcceptor::new().accept(stream, service);
                Box::pin(accepted.map_ok(|(stream, service)| (Either::Left(stream), service)))
            }
            Some(tls) => {
                let accepted = tls.accept(stream, service);
                Box::pin(accepted.map_ok(|(stream, service)| (Either::Right(stream), service)))
            }
        }
    }
}

/// Around every request: the shell's own answers, the limits, panics, the log.
async fn around(State(shell): State<Shell>, mut request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    if let Some(own) = shell.own(method.as_str(), &path).await {
        return own.into_response();
    }

    let page = answer::wants_page(text(request.headers(), header::ACCEPT));
    let limit = shell.body_limit(text(request.headers(), header::CONTENT_TYPE));
    let announced = text(request.headers(), header::CONTENT_LENGTH).parse::<usize>();
    let uri = request.uri();
    let (query, authority) = (uri.query().unwrap_or_default(), uri.authority().map(|at| at.as_str()));
    let headers = || request.headers().clone();
    let mut recording = shell.record(method.as_str(), &path, query, authority, headers);
    let mut response = if announced.is_ok_and(|length| length > limit) {
        answer::too_large(page).into_response()
    } else {
        DefaultBodyLimit::max(limit).apply(&mut request);
        let request = request.map(|body| Body::new(Limited::new(body, limit)));
        let handled = handle(recording.as_mut(), request, limit, next, page);
        let handled = tokio::time::timeout(shell.limits.request, handled);
        match AssertUnwindSafe(handled).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => answer::timed_out(page).into_response(),
            Err(panic) => answer::panicked(&*panic, method.as_str(), &path, page).into_response(),
        }
    };
    if shell.is_https() {
        SecurityHeaders::strict_transport_security().apply(response.headers_mut());
    }
    if let Some(recording) = recording {
        response = watched(recording, response).await;
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(port = shell.port, %method, path, status, ms, "request");
    response
}

/// Runs the handler; under an observer's eyes, with a body that is read already.
async fn handle(
    recording: Option<&mut Recording>,
    request: Request,
    limit: usize,
    next: Next,
    page: bool,
) -> Response {
    let Some(recording) = recording else { return next.run(request).await };
    let (head, body) = request.into_parts();
    let body = match to_bytes(body, limit).await {
        Ok(body) => body,
        Err(error) if is_too_long(&error) => {
            return answer::too_large(page).into_response();
        }
        Err(_) => return StatusCode::BAD_REQUEST.into_response(),
    };
    recording.asked(&head.headers, &body);
    recording.exchange().scope(next.run(Request::from_parts(head, Body::from(body)))).await
}

/// Wherever in the layers of the body the limit was met.
fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_too_long)
}

/// Shows the observer an answer. What has no length yet is a stream, and is left to flow.
async fn watched(recording: Recording, response: Response) -> Response {
    let (mut head, mut body) = response.into_parts();
    let mut seen = None;
    if body.size_hint().upper().is_some_and(|length| length <= LONGEST) {
        // A body that is in memory already can't break off.
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        body = Body::from(bytes.clone());
        seen = Some(bytes);
    }
    if let Some(cookie) = recording.answered(head.status.as_u16(), &head.headers, seen.as_deref()) {
        head.headers.append(header::SET_COOKIE, cookie);
    }
    Response::from_parts(head, body)
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    let value = headers.get(name);
    value.and_then(|v| v.to_str().ok()).unwrap_or_default()
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, self.body).into_response();
        let headers = response.headers_mut();
        let own = [
            (header::CONTENT_TYPE, Some(self.content_type)),
            (header::CACHE_CONTROL, self.cache_control),
            (header::RETRY_AFTER, self.retry_after),
        ];
        for (name, value) in own {
            if let Some(value) = value {
                headers.insert(name, http::HeaderValue::from_static(value));
            }
        }
        self.headers.apply(headers);
        response
    }
}
