//! Settings: from the environment and the command line, checked before anything starts.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use auth_core::{
    clock::Clock,
    secret::ClientSecret,
    server::{Listen, TlsFiles},
    settings::{Issuer, SettingsError, secret_from_env},
    wire::Wire,
};
use clap::{Parser, ValueEnum};

/// Everything that can be set.
#[derive(Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: Listen,
    /// The certificate to serve https with; without one it is http, behind a proxy that speaks https.
    pub tls: Option<TlsFiles>,
    /// Certificate authorities that calls trust besides the system's.
    pub extra_ca_file: Option<PathBuf>,
    /// The authorization server whose tokens are accepted.
    pub issuer: Issuer,
    /// This API's own identifier: the audience that a token must name (RFC 9068 §4).
    pub resource: String,
    /// How a token is checked.
    pub token_check: TokenCheck,
    /// Where notes are kept: `sqlite:PATH` or `sqlite::memory:`.
    pub database_url: String,
    /// How long the answer to an introspection is believed, and so how late a revocation may be felt.
    pub introspection_cache: Duration,
    /// The line to the flow inspector, on loopback only; by default nobody watches.
    pub wire: Option<Wire>,
    /// What time it is.
    pub clock: Clock,
}

/// How an access token is checked.
#[derive(Debug, Clone)]
pub enum TokenCheck {
    /// By asking the authorization server (RFC 7662), as this client: a revocation is felt at once.
    Introspect {
        /// The API's own client, registered as a resource server.
        client_id: String,
        /// Its secret.
        client_secret: ClientSecret,
    },
    /// By the token's signature and claims alone (RFC 9068): nothing is asked, and a revoked
    /// token is good until it expires.
    Local,
}

impl Settings {
    /// The settings that have no default, and defaults for the others.
    #[must_use]
    pub fn new(listen: Listen, issuer: Issuer, resource: impl Into<String>, token_check: TokenCheck) -> Self {
        Self {
            listen,
            tls: None,
            extra_ca_file: None,
            issuer,
            resource: resource.into(),
            token_check,
            database_url: DATABASE_URL.to_owned(),
            introspection_cache: Duration::from_secs(INTROSPECTION_CACHE_SECONDS),
            wire: None,
            clock: Clock::system(),
        }
    }

    /// With `--healthcheck` the address to ask, and whether by https; see [`auth_core::server::healthcheck`].
    #[must_use]
    pub fn healthcheck() -> Option<(SocketAddr, bool)> {
        let arguments = Arguments::parse();
        arguments.healthcheck.then_some((arguments.listen, arguments.tls_cert_file.is_some()))
    }

    /// Reads the command line and the environment; `--help` and its like end the process here.
    ///
    /// # Errors
    /// When a setting is missing or would not be safe; says which and what to do.
    pub fn from_env() -> Result<Self, SettingsError> {
        let arguments = Arguments::parse();
        let token_check = match arguments.token_check {
            TokenCheckKind::Local => TokenCheck::Local,
            TokenCheckKind::Introspect => TokenCheck::Introspect {
                client_id: arguments.client_id.ok_or_else(|| missing("CLIENT_ID"))?,
                client_secret: secret_from_env("CLIENT_SECRET")?
                    .map(ClientSecret::new)
                    .ok_or_else(|| missing("CLIENT_SECRET"))?,
            },
        };
        Ok(Self {
            tls: TlsFiles::from_settings(arguments.tls_cert_file, arguments.tls_key_file)?,
            extra_ca_file: arguments.extra_ca_file,
            wire: Wire::from_setting("resource-api", &arguments.resource, arguments.wire_inspector)?,
            database_url: arguments.database_url,
            introspection_cache: Duration::from_secs(arguments.introspection_cache_seconds),
            ..Self::new(
                Listen::Address(arguments.listen),
                Issuer::parse(&arguments.issuer, true)?,
                arguments.resource,
                token_check,
            )
        })
    }
}

fn missing(setting: &str) -> SettingsError {
    SettingsError::new(
        setting,
        "is not set, and introspection needs it",
        "register this API with `authorization-server createapplication --resource-server …` and set \
         CLIENT_ID and CLIENT_SECRET, or choose TOKEN_CHECK=local",
    )
}

const DATABASE_URL: &str = "sqlite:.data/resource-api.sqlite";
/// Nothing is remembered unless somebody chooses to feel revocations late. (Requests that come
/// together with one token share one question in any case.)
const INTROSPECTION_CACHE_SECONDS: u64 = 0;

/// A protected API: notes of users, and reports by machines.
///
/// It accepts the access tokens of one authorization server, and believes of them only what it
/// has checked: issuer, audience, type, expiry and scope.
#[derive(Debug, Parser)]
#[command(
    name = "resource-api",
    version,
    after_help = "The client's secret comes from the environment alone: CLIENT_SECRET, or a file \
                  that CLIENT_SECRET_FILE names. RUST_LOG chooses what is logged, LOG_FORMAT=json how."
)]
struct Arguments {
    /// Where to listen
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8002", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Certificate to serve https with, in PEM; read again when it changes, and on SIGHUP [default: plain http]
    #[arg(long, env = "TLS_CERT_FILE", value_name = "FILE")]
    tls_cert_file: Option<PathBuf>,
    /// Its private key
    #[arg(long, env = "TLS_KEY_FILE", value_name = "FILE")]
    tls_key_file: Option<PathBuf>,
    /// Certificate authorities in PEM that calls trust besides the system's
    #[arg(long, env = "EXTRA_CA_FILE", value_name = "FILE")]
    extra_ca_file: Option<PathBuf>,
    /// The authorization server whose tokens are accepted; http only if it is this machine
    #[arg(long, env = "ISSUER", default_value = "http://localhost:9000", value_name = "URL")]
    issuer: String,
    /// This API's own identifier, which a token must name in `aud`
    #[arg(long, env = "RESOURCE", default_value = "http://localhost:8002", value_name = "URL")]
    resource: String,
    /// How to check a token: ask the authorization server, or verify its signature here
    #[arg(long, env = "TOKEN_CHECK", default_value = "introspect", value_name = "HOW")]
    token_check: TokenCheckKind,
    /// This API's own client, for introspection
    #[arg(long, env = "CLIENT_ID", value_name = "ID")]
    client_id: Option<String>,
    /// How long the answer to an introspection is believed; 0 asks each time
    #[arg(
        long,
        env = "INTROSPECTION_CACHE_SECONDS",
        default_value_t = INTROSPECTION_CACHE_SECONDS,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(0..=60)
    )]
    introspection_cache_seconds: u64,
    /// Where notes are kept
    #[arg(long, env = "DATABASE_URL", default_value = DATABASE_URL, value_name = "sqlite:PATH")]
    database_url: String,
    /// For learning: report each message to the flow inspector at this address; loopback only [default: nobody watches]
    #[arg(long, env = auth_core::wire::SETTING, value_name = "URL")]
    wire_inspector: Option<String>,
    /// Ask the server that runs with the same settings whether it is ready, and exit; for containers
    #[arg(long)]
    healthcheck: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TokenCheckKind {
    Introspect,
    Local,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
