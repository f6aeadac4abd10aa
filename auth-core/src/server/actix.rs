use std::io;
use std::net::TcpListener;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{self, BodySize, BoxBody, MessageBody as _};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::{InternalError, PayloadError};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, Error, HttpMessage, HttpResponse, HttpServer};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use tokio_util::sync::CancellationToken;

use super::StartError;
use super::answer::{self, Answer};
use super::shell::{DRAIN, Limits, Server, Shell, local_addr};
use super::watch::{LONGEST, Recording};
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

    let page = answer::wants_page(text(request.headers(), header::ACCEPT));
    let limit = shell.body_limit(text(request.headers(), header::CONTENT_TYPE));
    let announced = text(request.headers(), header::CONTENT_LENGTH).parse::<usize>();
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let headers = || plain(request.headers());
    let mut recording = shell.record(&method, &path, request.query_string(), authority, headers);
    let mut result = if announced.is_ok_and(|length| length > limit) {
        Ok(request.into_response(HttpResponse::from(answer::too_large(page))))
    } else {
        limit_payload(&mut request, limit);
        let handled = handle(recording.as_mut(), request, next, page);
        let handled = tokio::time::timeout(shell.limits.request, handled);
        match AssertUnwindSafe(handled).catch_unwind().await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(refusal(answer::timed_out(page))),
            Err(panic) => Err(refusal(answer::panicked(&*panic, &method, &path, page))),
        }
    };
    let status = match &result {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    if let (Ok(response), true) = (&mut result, shell.is_https()) {
        SecurityHeaders::strict_transport_security().apply_actix(response.headers_mut());
    }
    if let Some(recording) = recording {
        result = watched(recording, result).await;
    }
    let ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (port, status) = (shell.port, status.as_u16());
    tracing::info!(port, method, path, status, ms, "request");
    result
}

/// Ends a body at the limit, whichever way the handler reads it and whatever length was announced.
fn limit_payload(request: &mut ServiceRequest, limit: usize) {
    let mut left = limit;
    let limited = request.take_payload().map(move |chunk| {
        let chunk = chunk?;
        left = left.checked_sub(chunk.len()).ok_or(PayloadError::Overflow)?;
        Ok(chunk)
    });
    request.set_payload(Payload::Stream { payload: Box::pin(limited) });
}

/// Runs the handler; under an observer's eyes, with a body that is read already.
async fn handle(
    recording: Option<&mut Recording>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
    page: bool,
) -> Result<ServiceResponse, Error> {
    let Some(recording) = recording else { return next.call(request).await };
    let mut payload = request.take_payload();
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        match chunk {
            Ok(chunk) => body.extend_from_slice(&chunk),
            Err(PayloadError::Overflow) => {
                return Ok(request.into_response(HttpResponse::from(answer::too_large(page))));
            }
            Err(error) => return Err(error.into()),
        }
    }
    recording.asked(&plain(request.headers()), &body);
    request.set_payload(Payload::from(body));
    recording.exchange().scope(next.call(request)).await
}

/// Shows the observer an answer. What has no length yet is a stream, and is left to flow; an error is one that
/// the framework renders later.
async fn watched(
    recording: Recording,
    result: Result<ServiceResponse, Error>,
) -> Result<ServiceResponse, Error> {
    let response = match result {
        Ok(response) => response,
        Err(error) => {
            let status = error.as_response_error().status_code();
            recording.answered(status.as_u16(), &http::HeaderMap::new(), Some(b""));
            return Err(error);
        }
    };
    let (request, response) = response.into_parts();
    let (mut head, mut body) = response.into_parts();
    let mut seen = None;
    if matches!(body.size(), BodySize::None | BodySize::Sized(..=LONGEST)) {
        // A body that is in memory already can't break off.
        let bytes = body::to_bytes(body).await.unwrap_or_default();
        body = BoxBody::new(bytes.clone());
        seen = Some(bytes);
    }
    let cookie = recording.answered(head.status().as_u16(), &plain(head.headers()), seen.as_deref());
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_bytes(cookie.as_bytes()).ok()) {
        head.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(ServiceResponse::new(request, head.set_body(body)))
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

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    let value = headers.get(name);
    value.and_then(|v| v.to_str().ok()).unwrap_or_default()
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
