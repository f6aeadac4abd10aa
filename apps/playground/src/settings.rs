use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use auth_core::server::{Listen, StartError};
use clap::Args;
use clap::builder::BoolishValueParser;

/// Starts every party of OAuth 2 in one process: open http://localhost:8080 and follow the walk.
///
/// Users, clients and secrets are made on the first start and kept in the data folder; delete the
/// folder to begin anew. The demo users' passwords are published, so it listens on this machine only.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Folder for databases and secrets; readable by its owner only
    #[arg(long, env = "PLAYGROUND_DATA", default_value = ".data", value_name = "DIR")]
    pub data: PathBuf,
    /// Run everything on https, with certificates of an authority that is made in the data folder
    #[arg(long, env = "PLAYGROUND_TLS", value_parser = BoolishValueParser::new())]
    pub tls: bool,
    /// Where each party listens
    #[command(flatten)]
    pub ports: Ports,
}

/// One port for each party that serves; 0 takes a free one.
#[derive(Debug, Clone, Args)]
pub struct Ports {
    /// Port of the page that explains everything
    #[arg(long = "port", env = "PLAYGROUND_PORT", default_value_t = 8080, value_name = "PORT")]
    pub playground: u16,
    /// Port of the authorization server
    #[arg(
        long = "authorization-server-port",
        env = "AUTHORIZATION_SERVER_PORT",
        default_value_t = 9000,
        value_name = "PORT"
    )]
    pub authorization_server: u16,
    /// Port of the web client
    #[arg(long = "client-port", env = "CLIENT_PORT", default_value_t = 8000, value_name = "PORT")]
    pub client: u16,
    /// Port of the API that client and worker call
    #[arg(
        long = "resource-api-port",
        env = "RESOURCE_API_PORT",
        default_value_t = 8002,
        value_name = "PORT"
    )]
    pub resource_api: u16,
    /// Port of the API with a token endpoint of its own
    #[arg(
        long = "password-bearer-api-port",
        env = "PASSWORD_BEARER_API_PORT",
        default_value_t = 8001,
        value_name = "PORT"
    )]
    pub password_bearer_api: u16,
}

/// The sockets of all parties, bound before any of them starts: either everything starts, or nothing.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) playground: TcpListener,
    pub(crate) authorization_server: TcpListener,
    pub(crate) client: TcpListener,
    pub(crate) resource_api: TcpListener,
    pub(crate) password_bearer_api: TcpListener,
}

impl Sockets {
    pub(crate) fn bind(ports: &Ports) -> Result<Sockets, StartError> {
        Ok(Sockets {
            playground: bind(ports.playground, "--port or PLAYGROUND_PORT")?,
            authorization_server: bind(
                ports.authorization_server,
                "--authorization-server-port or AUTHORIZATION_SERVER_PORT",
            )?,
            client: bind(ports.client, "--client-port or CLIENT_PORT")?,
            resource_api: bind(ports.resource_api, "--resource-api-port or RESOURCE_API_PORT")?,
            password_bearer_api: bind(
                ports.password_bearer_api,
                "--password-bearer-api-port or PASSWORD_BEARER_API_PORT",
            )?,
        })
    }

    pub(crate) fn addresses(&self, scheme: &str) -> Result<Addresses, StartError> {
        let ports = Ports {
            playground: port(&self.playground)?,
            authorization_server: port(&self.authorization_server)?,
            client: port(&self.client)?,
            resource_api: port(&self.resource_api)?,
            password_bearer_api: port(&self.password_bearer_api)?,
        };
        Ok(Addresses::new(scheme, &ports))
    }
}

// ANCHOR: loopback_only
/// Loopback only: the passwords of the demo users are in the README.
fn bind(port: u16, setting: &str) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    Listen::Address(address).bind(setting)
}
// ANCHOR_END: loopback_only

fn port(listener: &TcpListener) -> Result<u16, StartError> {
    let address = listener.local_addr().map_err(|error| {
        StartError::new(format!("a listening socket has no address: {error}"), "try again")
    })?;
    Ok(address.port())
}

/// Where each party is found: `http://localhost:PORT`, or https.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The page that explains everything.
    pub playground: String,
    /// The authorization server, and its issuer identifier.
    pub authorization_server: String,
    /// The web client.
    pub client: String,
    /// The API that client and worker call, and its resource identifier.
    pub resource_api: String,
    /// The API with a token endpoint of its own.
    pub password_bearer_api: String,
}

impl Addresses {
    pub(crate) fn new(scheme: &str, ports: &Ports) -> Addresses {
        let at = |port: u16| format!("{scheme}://localhost:{port}");
        Addresses {
            playground: at(ports.playground),
            authorization_server: at(ports.authorization_server),
            client: at(ports.client),
            resource_api: at(ports.resource_api),
            password_bearer_api: at(ports.password_bearer_api),
        }
    }
}
