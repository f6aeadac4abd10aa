use std::io;
use std::net::TcpListener;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::{InternalError, PayloadError};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, Error, HttpMessage, HttpResponse, HttpServer};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::LocalBoxStream;
use futures::{FutureExt, StreamExt};
use tokio_util::sync::CancellationToken;

use super::StartError;
use super::answer::{self, Answer};
use super::head::Hsts;
use super::shell::{DRAIN, Limits, Server, Shell, local_addr};
use super::watch::{Asked, LONGEST, Recording};
use crate::headers::SecurityHeaders;

/// Serves what `configure` registers with actix-web; it is called once on each worker's thread.
/// The socket comes from [`super::Listen::bind`].
pub fn actix<F>(listener: TcpListener, configure: F, limits: Limits) -> Result<Server, StartError>
where
    F: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let addr = local_addr(&listener)?;
    let shell = Shell::new(limits, addr);

    let for_app = shell.clone();
    let factory = move || {
        let shell = for_app.clone();
        let around = move |request: ServiceRequest, next: Next<BoxBody>| around(shell.clone(), request, next);
        App::new()
            .app_data(web::PayloadConfig::new(limits.body))
            .app_data(web::JsonConfig::default().limit(limits.body))
            .app_data(web::FormConfig::default().limit(limits.form))
            .configure(configure.clone())
            .wrap(from_fn(around))
            .wrap(SecurityHeaders::api())
    };
    let serve = move |shutdown: CancellationToken, tls| -> BoxFuture<'static, io::Result<()>> {
        Box::pin(async move {
            let server = HttpServer::new(factory)
                .workers(limits.workers.max(1))
                .client_request_timeout(limits.head)
                .tls_handshake_timeout(limits.head)
                .shutdown_timeout(DRAIN.as_secs())
                .disable_signals()
                .shutdown_signal(shutdown.cancelled_owned());
            let server = match tls {
                None => server.listen(listener)?,
                Some(config) => server.listen_rustls_0_23(listener, config)?,
            };
            server.run().await
        })
    };
    Ok(Server::new(addr, shell, Box::new(serve)))
}

/// Around every request: the shell's own answers, the limits, panics, the log.
async fn around(
    shell: Shell,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let begin = Instant::now();
    let method = request.method().as_str().to_owned();
    let path = request.path().to_owned();
    if let Some(own) = shell.own(&method, &path).await {
        return Ok(request.into_response(HttpResponse::from(own)));
    }

    let head = shell.head(|name| request.headers().get(name)?.to_str().ok());
    let recording = record(&shell, &request);
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let hsts = shell.hsts(authority, || plain(request.headers()));
    let mut result = if head.is_too_long {
        Ok(request.into_response(HttpResponse::from(answer::too_large(head.page))))
    } else {
        limit_payload(recording.as_ref(), &mut request, head.limit);
        let handled = handle(recording.as_ref(), request, next);
        let handled = tokio::time::timeout(shell.limits.request, handled);
        match AssertUnwindSafe(handled).catch_unwind().await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(refusal(answer::timed_out(head.page))),
            Err(panic) => Err(refusal(answer::panicked(&*panic, &method, &path, head.page))),
        }
    };
    let status = match &result {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    if let Ok(response) = &mut result {
        match hsts {
            Hsts::AsItIs => {}
            Hsts::Added => SecurityHeaders::strict_transport_security().apply_actix(response.headers_mut()),
            Hsts::Removed => drop(response.headers_mut().remove(header::STRICT_TRANSPORT_SECURITY)),
        }
    }
    if let Some(recording) = recording {
        result = watched(recording, result);
    }
    let ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (port, status) = (shell.port, status.as_u16());
    tracing::info!(port, method, path, status, ms, "request");
    result
}

fn record(shell: &Shell, request: &ServiceRequest) -> Option<Recording> {
    let asked = Asked {
        method: request.method().as_str(),
        path: request.path(),
        query: request.query_string(),
        authority: request.uri().authority().map(|authority| authority.as_str()),
        peer: request.peer_addr().map(|peer| peer.ip()),
    };
    shell.record(&asked, || plain(request.headers()))
}

/// Ends a body at the limit, whichever way the handler reads it and whatever length was announced. An observer
/// sees what the handler reads.
fn limit_payload(recording: Option<&Recording>, request: &mut ServiceRequest, limit: usize) {
    let payload = request.take_payload();
    let payload: LocalBoxStream<'static, Result<Bytes, PayloadError>> =
        match recording.filter(|recording| recording.has_body()) {
            Some(recording) => Box::pin(recording.tee(payload)),
            None => Box::pin(payload),
        };
    let mut left = limit;
    let limited = payload.map(move |chunk| {
        let chunk = chunk?;
        left = left.checked_sub(chunk.len()).ok_or(PayloadError::Overflow)?;
        Ok(chunk)
    });
    request.set_payload(Payload::Stream { payload: Box::pin(limited) });
}

async fn handle(
    recording: Option<&Recording>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    match recording {
        None => next.call(request).await,
        Some(recording) => recording.exchange().scope(next.call(request)).await,
    }
}

/// Shows the observer an answer. A stream is left to flow; an error is one that the framework renders later.
fn watched(recording: Recording, result: Result<ServiceResponse, Error>) -> Result<ServiceResponse, Error> {
    let response = match result {
        Ok(response) => response,
        Err(error) => {
            let status = error.as_response_error().status_code();
            recording.answered(status.as_u16(), &http::HeaderMap::new(), Some(b""));
            return Err(error);
        }
    };
    let (request, response) = response.into_parts();
    let (mut head, body) = response.into_parts();
    let (body, seen) = in_memory(body);
    let cookie = recording.answered(head.status().as_u16(), &plain(head.headers()), seen.as_deref());
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_bytes(cookie.as_bytes()).ok()) {
        head.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(ServiceResponse::new(request, head.set_body(body)))
}

/// The same body; and its bytes, if they are in memory already.
fn in_memory(body: BoxBody) -> (BoxBody, Option<Bytes>) {
    if body.size() == BodySize::None {
        return (body, Some(Bytes::new()));
    }
    match body.try_into_bytes() {
        Ok(bytes) => (BoxBody::new(bytes.clone()), Some(bytes).filter(|bytes| bytes.len() <= LONGEST)),
        Err(body) => (body, None),
    }
}

/// actix-web has types of its own for what the rest of the workspace calls by the crate `http`.
fn plain(headers: &HeaderMap) -> http::HeaderMap {
    let fields = headers.iter().filter_map(|(name, value)| {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        Some((name, http::HeaderValue::from_bytes(value.as_bytes()).ok()?))
    });
    fields.collect()
}

/// The request itself is gone with the handler, so that the answer travels as an error.
fn refusal(answer: Answer) -> Error {
    let status = answer.status;
    InternalError::from_response(status, HttpResponse::from(answer)).into()
}

impl From<Answer> for HttpResponse {
    fn from(answer: Answer) -> HttpResponse {
        let status = StatusCode::from_u16(answer.status);
        let mut response = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        response.content_type(answer.content_type);
        if let Some(cache_control) = answer.cache_control {
            response.insert_header((header::CACHE_CONTROL, cache_control));
        }
        if let Some(seconds) = answer.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut response = response.body(answer.body.into_owned());
        answer.headers.apply_actix(response.headers_mut());
        response
    }
}
