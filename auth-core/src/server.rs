//! The shell around every server of the workspace: limits, a graceful end, health, a log.
//!
//! An app brings its routes; the shell adds what each service needs and easily forgets:
//!
//! - limits on the body ([`Limits`]), on the time in which the head of a request must arrive
//!   (a slow client can't hold a connection) and on the time of the whole answer;
//! - a panic becomes a 500 with a reference that stands in the log, and the server lives on;
//! - [`crate::headers::SecurityHeaders::api`] on every answer that set no headers of its own;
//! - `GET /healthz` (the process is alive), `GET /readyz` (it can serve, see
//!   [`Server::ready_when`]), and the stylesheet and the icon of [`crate::pages`];
//! - one log line for each request, with method, path, status and time: never a query, a header or
//!   a body, which is where the secrets are;
//! - for a reader at their own machine, [`Server::watched`] shows each message to the flow inspector;
//! - with a certificate ([`Server::over_tls`]) it serves https, and whatever replaces that certificate;
//! - on shutdown it stops accepting, finishes what it began, and is gone within five seconds.
//!
//! # Example
//! ```
//! # #[cfg(feature = "axum")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use auth_core::server::{self, Limits, Listen};
//! use axum::{Router, routing::get};
//!
//! let listener = Listen::Address("127.0.0.1:0".parse()?).bind("LISTEN")?;
//! let router = Router::new().route("/", get(|| async { "hello" }));
//! let server = server::axum(listener, router, Limits::default())?;
//! println!("http://{}", server.addr());
//! server.run(server::shutdown_signal()).await?;
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "actix")]
mod actix;
#[cfg(any(feature = "axum", feature = "actix"))]
mod answer;
#[cfg(feature = "axum")]
mod axum;
#[cfg(any(feature = "axum", feature = "actix"))]
mod head;
#[cfg(any(feature = "axum", feature = "actix"))]
mod healthcheck;
mod process;
#[cfg(any(feature = "axum", feature = "actix"))]
mod shell;
mod start;
#[cfg(any(feature = "axum", feature = "actix"))]
mod tls;
#[cfg(any(feature = "axum", feature = "actix"))]
mod watch;

#[cfg(feature = "actix")]
pub use self::actix::actix;
#[cfg(feature = "axum")]
pub use self::axum::axum;
#[cfg(any(feature = "axum", feature = "actix"))]
pub use self::healthcheck::healthcheck;
pub use self::process::{init_logging, shutdown_signal};
#[cfg(any(feature = "axum", feature = "actix"))]
pub use self::shell::{Limits, Server, serve};
pub use self::start::{Listen, StartError};
#[cfg(any(feature = "axum", feature = "actix"))]
pub use self::tls::TlsFiles;
#[cfg(any(feature = "axum", feature = "actix"))]
pub use self::watch::only_from_here;

#[cfg(all(test, feature = "axum", feature = "actix"))]
mod tests;
