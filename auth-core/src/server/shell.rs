use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::future::BoxFuture;
use rustls::ServerConfig;
use tokio_util::sync::CancellationToken;

use super::tls::Tls;
use super::watch::Peers;
use super::{StartError, TlsFiles, shutdown_signal};
use crate::wire::Wire;

/// How long a request that has begun may go on after the signal to stop.
pub(super) const DRAIN: Duration = Duration::from_secs(4);
/// When the server is gone, whatever its connections do.
const GONE: Duration = Duration::from_secs(5);

/// What one request may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a body; 1 MiB by default. More is answered with 413.
    pub body: usize,
    /// Bytes of a form (`application/x-www-form-urlencoded`); 64 KiB by default.
    pub form: usize,
    /// Time in which the head of a request must arrive; 10 s by default. The connection is closed.
    pub head: Duration,
    /// Time for the whole answer, with reading the body; 30 s by default. Then 503.
    pub request: Duration,
    /// Threads that serve (actix-web only; axum uses the threads of the runtime); 2 by default.
    pub workers: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body: 1024 * 1024,
            form: 64 * 1024,
            head: Duration::from_secs(10),
            request: Duration::from_secs(30),
            workers: 2,
        }
    }
}

type Check = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The check behind `/readyz`, which an app may set after its routes are built.
#[derive(Clone, Default)]
pub(super) struct Readiness(Arc<OnceLock<Check>>);

impl Readiness {
    pub(super) async fn check(&self) -> Result<(), String> {
        match self.0.get() {
            Some(check) => check().await,
            None => Ok(()),
        }
    }
}

/// What the middleware of both frameworks knows.
#[derive(Clone)]
pub(super) struct Shell {
    pub(super) limits: Limits,
    pub(super) port: u16,
    pub(super) ready: Readiness,
    /// Set when the server runs over TLS, which is decided after its routes are built.
    pub(super) https: Arc<AtomicBool>,
    /// Set when somebody watches; likewise.
    pub(super) wire: Arc<OnceLock<(Wire, Peers)>>,
}

impl Shell {
    pub(super) fn new(limits: Limits, addr: SocketAddr) -> Shell {
        Shell {
            limits,
            port: addr.port(),
            ready: Readiness::default(),
            https: Arc::default(),
            wire: Arc::default(),
        }
    }

    pub(super) fn is_https(&self) -> bool {
        self.https.load(Ordering::Relaxed)
    }

    pub(super) fn body_limit(&self, content_type: &str) -> usize {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            self.limits.form
        } else {
            self.limits.body
        }
    }
}

pub(super) type Serve =
    Box<dyn FnOnce(CancellationToken, Option<ServerConfig>) -> BoxFuture<'static, io::Result<()>> + Send>;

/// A server that is bound and ready to run.
pub struct Server {
    pub(super) addr: SocketAddr,
    pub(super) shell: Shell,
    pub(super) serve: Serve,
    tls: Option<(Tls, ServerConfig)>,
    /// Why it must not run.
    refused: Option<StartError>,
}

impl Server {
    pub(super) fn new(addr: SocketAddr, shell: Shell, serve: Serve) -> Server {
        Server { addr, shell, serve, tls: None, refused: None }
    }

    /// The address it listens on: the port is known even where port 0 was asked for.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Sets what `/readyz` checks, such as the database; the reason of an `Err` goes to the log,
    /// not to the caller. Without a check, a server that is alive is ready.
    pub fn ready_when<F, Fut>(self, check: F) -> Server
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        // Set twice, the first one stays.
        let _ = self.shell.ready.0.set(Box::new(move || Box::pin(check())));
        self
    }

    /// Serves https with this certificate, and with whatever replaces it in these files, instead of
    /// http. `None` changes nothing.
    ///
    /// # Errors
    /// When the files can't be read or don't belong together.
    pub fn over_tls(mut self, files: Option<TlsFiles>) -> Result<Server, StartError> {
        let Some(files) = files else { return Ok(self) };
        let tls = Tls::read(files)?;
        let config = tls.config().map_err(|error| {
            StartError::new(format!("TLS can't be set up: {error}"), "report this: no setting can cause it")
        })?;
        self.shell.https.store(true, Ordering::Relaxed);
        self.tls = Some((tls, config));
        Ok(self)
    }

    /// Reports each message to the flow inspector. `None` changes nothing. A server that other machines can reach
    /// refuses to run then.
    #[must_use]
    pub fn watched(mut self, wire: Option<Wire>) -> Server {
        let Some(wire) = wire else { return self };
        match Peers::of(self.addr) {
            // Set twice, the first one stays.
            Ok(peers) => drop(self.shell.wire.set((wire, peers))),
            Err(error) => self.refused = Some(error),
        }
        self
    }

    fn unless_refused(mut self) -> Result<Server, StartError> {
        self.refused.take().map_or(Ok(self), Err)
    }

    /// The address as a URL begins: `http://127.0.0.1:8000`.
    pub fn origin(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.addr)
    }

    /// Serves until `shutdown` is cancelled and the requests in flight are answered, but no
    /// longer than five seconds after that.
    pub async fn run(self, shutdown: CancellationToken) -> io::Result<()> {
        let Server { addr, serve, tls, .. } = self.unless_refused().map_err(io::Error::other)?;
        let (tls, config) = tls.unzip();
        let renewals = async {
            match tls {
                Some(tls) => tls.keep_current().await,
                None => std::future::pending().await,
            }
        };
        let deadline = {
            let shutdown = shutdown.clone();
            async move {
                shutdown.cancelled().await;
                tokio::time::sleep(GONE).await;
            }
        };
        tokio::select! {
            result = serve(shutdown, config) => result,
            () = renewals => Ok(()),
            () = deadline => {
                tracing::warn!(%addr, "connections were still open at the end");
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("addr", &self.addr).finish_non_exhaustive()
    }
}

/// The rest of a `main`: runs what was built until Ctrl-C or SIGTERM, or says why it can't.
pub async fn serve(built: Result<Server, StartError>) -> ExitCode {
    let server = match built.and_then(Server::unless_refused) {
        Ok(server) => server,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    tracing::info!("listening on {}", server.origin());
    match server.run(shutdown_signal()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: the server stopped: {error}");
            ExitCode::FAILURE
        }
    }
}

pub(super) fn local_addr(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|error| {
        StartError::new(
            format!("the listening socket has no address: {error}"),
            "check the limits of this machine's network",
        )
    })
}
