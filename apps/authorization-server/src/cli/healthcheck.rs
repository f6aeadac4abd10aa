//! `authorization-server healthcheck`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use auth_core::server;

#[derive(clap::Args)]
pub(super) struct Healthcheck {
    /// Where the server listens
    #[arg(long, env = "AS_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Its certificate: if there is one, it is asked over https
    #[arg(long, env = "TLS_CERT_FILE", value_name = "FILE")]
    tls_cert_file: Option<PathBuf>,
}

impl Healthcheck {
    pub(super) async fn run(self) -> ExitCode {
        server::healthcheck(self.listen, self.tls_cert_file.is_some()).await
    }
}
