use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum_server::Handle;
use axum_server::accept::{Accept, NoDelayAcceptor};
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryFutureExt, stream};
use http::StatusCode;
use http::uri::Authority;
use http_body_util::{BodyExt, Limited};
use hyper_util::rt::TokioTimer;
use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio_util::either::Either;
use tokio_util::sync::CancellationToken;

use super::StartError;
use super::answer::{self, Answer};
use super::head::Hsts;
use super::shell::{DRAIN, Limits, Server, Shell, local_addr};
use super::watch::{Asked, LONGEST, Recording};
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

    let head = shell.head(|name| request.headers().get(name)?.to_str().ok());
    let recording = record(&shell, &request);
    let authority = request.uri().authority().map(Authority::as_str);
    let hsts = shell.hsts(authority, || request.headers().clone());
    let mut response = if head.is_too_long {
        answer::too_large(head.page).into_response()
    } else {
        DefaultBodyLimit::max(head.limit).apply(&mut request);
        let handled = handle(recording.as_ref(), request, head.limit, next);
        let handled = tokio::time::timeout(shell.limits.request, handled);
        match AssertUnwindSafe(handled).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => answer::timed_out(head.page).into_response(),
            Err(panic) => answer::panicked(&*panic, method.as_str(), &path, head.page).into_response(),
        }
    };
    match hsts {
        Hsts::AsItIs => {}
        Hsts::Added => SecurityHeaders::strict_transport_security().apply(response.headers_mut()),
        Hsts::Removed => drop(response.headers_mut().remove(header::STRICT_TRANSPORT_SECURITY)),
    }
    if let Some(recording) = recording {
        response = watched(recording, response);
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(port = shell.port, %method, path, status, ms, "request");
    response
}

fn record(shell: &Shell, request: &Request) -> Option<Recording> {
    let uri = request.uri();
    let asked = Asked {
        method: request.method().as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        authority: uri.authority().map(Authority::as_str),
        peer: request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip()),
    };
    shell.record(&asked, || request.headers().clone())
}

/// Runs the handler with a body that ends at the limit; under an observer's eyes, who sees what the handler reads.
async fn handle(recording: Option<&Recording>, request: Request, limit: usize, next: Next) -> Response {
    let limited = |body: Body| Body::new(Limited::new(body, limit));
    let Some(recording) = recording else { return next.run(request.map(limited)).await };
    let request = if recording.has_body() {
        request.map(|body| Body::from_stream(recording.tee(body.into_data_stream())))
    } else {
        request
    };
    recording.exchange().scope(next.run(request.map(limited))).await
}

/// Shows the observer an answer.
fn watched(recording: Recording, response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let length = body.size_hint().exact();
    let (body, seen) = in_memory(body);
    if let (None, Some(length)) = (&seen, length) {
        // It has become a stream, which does not know its length any more.
        head.headers.entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    if let Some(cookie) = recording.answered(head.status.as_u16(), &head.headers, seen.as_deref()) {
        head.headers.append(header::SET_COOKIE, cookie);
    }
    Response::from_parts(head, body)
}

/// The same body; and its bytes, if it is one piece that is in memory already. A stream is left to flow.
fn in_memory(mut body: Body) -> (Body, Option<Bytes>) {
    match body.size_hint().exact() {
        Some(0) => return (body, Some(Bytes::new())),
        Some(length) if length <= LONGEST as u64 => {}
        _ => return (body, None),
    }
    let first = body.frame().now_or_never().flatten();
    let first = first.map(|frame| frame.map(|frame| frame.into_data().unwrap_or_default()));
    match first {
        Some(Ok(bytes)) if body.is_end_stream() => (Body::from(bytes.clone()), Some(bytes)),
        first => (Body::from_stream(stream::iter(first).chain(body.into_data_stream())), None),
    }
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
