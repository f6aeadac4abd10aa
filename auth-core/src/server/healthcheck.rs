//! A health check for a container image that has no curl: the app asks itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

/// For an option like `--healthcheck`: asks the server that runs beside this process with the same
/// settings (`https` if those of TLS are set) whether it is ready (`/readyz`), and says it by the
/// exit code.
pub async fn healthcheck(listen: SocketAddr, https: bool) -> ExitCode {
    match is_ready(listen, https).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn is_ready(listen: SocketAddr, https: bool) -> Result<(), String> {
    let scheme = if https { "https" } else { "http" };
    let url = format!("{scheme}://{}/readyz", own_address(listen));
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(3))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        // The certificate is not for this address. Nothing secret is sent and nothing is believed but
        // the status, of a server that only this machine can have put there.
        .tls_danger_accept_invalid_certs(https)
        .build()
        .map_err(|error| error.to_string())?;
    let answer = client.get(&url).send().await.map_err(|_| format!("nothing answers at {url}"))?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(format!("{url} answers {status}")) }
}

/// Who listens on every address is asked on loopback.
fn own_address(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(all(test, feature = "axum"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::Router;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::server::{self, Limits, Listen};

    async fn check(ready: Result<(), String>) -> Result<(), String> {
        let listener = Listen::Address(([0, 0, 0, 0], 0).into()).bind("LISTEN").unwrap();
        let server = server::axum(listener, Router::new(), Limits::default()).unwrap();
        let server = server.ready_when(move || std::future::ready(ready.clone()));
        let (addr, stop) = (server.addr(), CancellationToken::new());
        tokio::spawn(server.run(stop.clone()));
        let _stop = stop.drop_guard();
        is_ready(addr, false).await
    }

    #[tokio::test]
    async fn only_a_server_that_is_ready_is_healthy() {
        check(Ok(())).await.unwrap();
        assert!(check(Err("no database".to_owned())).await.unwrap_err().contains("answers 503"));
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(
            is_ready(nobody, false).await.unwrap_err().starts_with("nothing answers at http://127.0.0.1:")
        );
    }
}
