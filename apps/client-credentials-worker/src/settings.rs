//! Settings: from the environment and the command line, checked before anything starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use auth_core::clock::Clock;
use auth_core::scope::Scopes;
use auth_core::secret::ClientSecret;
use auth_core::settings::{HttpUrl, Issuer, SettingsError, refuse_weak_secret, secret_from_env};
use auth_core::wire::Wire;
use clap::Parser;

/// Everything that can be set.
#[derive(Debug)]
pub struct Settings {
    /// The authorization server that gives the tokens.
    pub issuer: Issuer,
    /// The worker's own client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: ClientSecret,
    /// What the tokens must allow.
    pub scopes: Scopes,
    /// The API that the tokens are for (RFC 8707); without it the authorization server's default
    /// for this client.
    pub resource: Option<String>,
    /// Where that API is.
    pub api_url: HttpUrl,
    /// From the end of one round to the start of the next.
    pub interval: Duration,
    /// Whether to stop after one round, for cron.
    pub once: bool,
    /// Where to answer health checks, if anywhere: the worker serves nothing else.
    pub health_listen: Option<SocketAddr>,
    /// Certificate authorities that calls trust besides the system's.
    pub extra_ca_file: Option<PathBuf>,
    /// The line to the flow inspector, on loopback only; by default nobody watches.
    pub wire: Option<Wire>,
    /// What time it is.
    pub clock: Clock,
}

impl Settings {
    /// The settings that have no default, and defaults for the others.
    #[must_use]
    pub fn new(
        issuer: Issuer,
        client_id: impl Into<String>,
        client_secret: ClientSecret,
        scopes: Scopes,
        api_url: HttpUrl,
    ) -> Self {
        Self {
            issuer,
            client_id: client_id.into(),
            client_secret,
            scopes,
            resource: None,
            api_url,
            interval: Duration::from_secs(INTERVAL_SECONDS),
            once: false,
            health_listen: None,
            extra_ca_file: None,
            wire: None,
            clock: Clock::system(),
        }
    }

    /// With `--healthcheck` the address to ask; see [`auth_core::server::healthcheck`].
    ///
    /// # Errors
    /// When the worker answers no health checks.
    pub fn healthcheck() -> Result<Option<SocketAddr>, SettingsError> {
        let arguments = Arguments::parse();
        if !arguments.healthcheck {
            return Ok(None);
        }
        arguments.health_listen.map(Some).ok_or_else(|| {
            SettingsError::new(
                "HEALTH_LISTEN",
                "is not set",
                "set it for the worker and for its health check",
            )
        })
    }

    /// Reads the command line and the environment; `--help` and its like end the process here.
    ///
    /// # Errors
    /// When a setting is missing or would not be safe; says which and what to do.
    pub fn from_env() -> Result<Self, SettingsError> {
        let arguments = Arguments::parse();
        // Never on the command line, which every user of the machine can read.
        let secret = secret_from_env("CLIENT_SECRET")?.ok_or_else(|| missing("CLIENT_SECRET"))?;
        arguments.into_settings(secret)
    }
}

fn missing(setting: &str) -> SettingsError {
    SettingsError::new(
        setting,
        "is not set",
        "register this worker with `authorization-server createapplication --grant-types \
         client_credentials …`, which prints its client id and secret",
    )
}

const INTERVAL_SECONDS: u64 = 30;

/// RFC 6749 §10.10 wants secrets that nobody guesses: 128 bits.
const SHORTEST_SECRET: usize = 16;

/// A machine at work: takes texts from an API, counts their words, and puts the reports back.
///
/// It signs nobody in. It gets access tokens for itself, with the client credentials grant.
#[derive(Debug, Parser)]
#[command(
    name = "client-credentials-worker",
    version,
    after_help = "The client's secret comes from the environment alone: CLIENT_SECRET, or a file \
                  that CLIENT_SECRET_FILE names. RUST_LOG chooses what is logged, LOG_FORMAT=json how.\n\n\
                  Exit status: 0 when told to stop, or after a good round with --once; 1 after a \
                  failed round with --once; 2 for a setting that is missing or wrong."
)]
struct Arguments {
    /// The authorization server that gives the tokens; http only if it is this machine
    #[arg(long, env = "ISSUER", default_value = "http://localhost:9000", value_name = "URL")]
    issuer: String,
    /// The worker's own client
    #[arg(long, env = "CLIENT_ID", value_name = "ID")]
    client_id: Option<String>,
    /// What the tokens must allow
    #[arg(long, env = "SCOPES", default_value = "reports:write", value_name = "SCOPES")]
    scopes: String,
    /// The identifier of the API that the tokens are for; by default what the authorization server
    /// has registered for this client
    #[arg(long, env = "RESOURCE", value_name = "URL")]
    resource: Option<String>,
    /// Where that API is; http only if it is this machine
    #[arg(long, env = "API_URL", default_value = "http://localhost:8002", value_name = "URL")]
    api_url: String,
    /// The pause between two rounds
    #[arg(
        long,
        env = "INTERVAL_SECONDS",
        default_value_t = INTERVAL_SECONDS,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    interval_seconds: u64,
    /// Stop after one round: 0 says that it was a good one
    #[arg(long)]
    once: bool,
    /// Where to answer health checks (/readyz says whether the last round was a good one) [default: nowhere]
    #[arg(long, env = "HEALTH_LISTEN", value_name = "ADDRESS:PORT")]
    health_listen: Option<SocketAddr>,
    /// Certificate authorities in PEM that calls trust besides the system's
    #[arg(long, env = "EXTRA_CA_FILE", value_name = "FILE")]
    extra_ca_file: Option<PathBuf>,
    /// For learning: report each message to the flow inspector at this address; loopback only [default: nobody watches]
    #[arg(long, env = auth_core::wire::SETTING, value_name = "URL")]
    wire_inspector: Option<String>,
    /// Ask the worker that runs with the same settings whether it is ready, and exit; for containers
    #[arg(long)]
    healthcheck: bool,
}

impl Arguments {
    fn into_settings(self, secret: String) -> Result<Settings, SettingsError> {
        refuse_weak_secret("CLIENT_SECRET", &secret, SHORTEST_SECRET)?;
        let scopes = Scopes::parse(&self.scopes).map_err(|_| {
            SettingsError::new("SCOPES", "is not a list of scopes", "separate them by single spaces")
        })?;
        let client_id = self.client_id.filter(|id| !id.is_empty()).ok_or_else(|| missing("CLIENT_ID"))?;
        Ok(Settings {
            resource: self.resource.filter(|resource| !resource.is_empty()),
            interval: Duration::from_secs(self.interval_seconds),
            once: self.once,
            health_listen: self.health_listen,
            extra_ca_file: self.extra_ca_file,
            wire: Wire::from_setting("client-credentials-worker", &self.issuer, self.wire_inspector)?,
            ..Settings::new(
                Issuer::parse(&self.issuer, true)?,
                client_id,
                ClientSecret::new(secret),
                scopes,
                HttpUrl::parse("API_URL", &self.api_url)?,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use clap::CommandFactory;

    use super::*;

    const SECRET: &str = "q3Rk8sVd0ZpLx71mWbTnYcHfGjUaEoIi";

    fn read(arguments: &[&str], secret: &str) -> Result<Settings, SettingsError> {
        let arguments = [&["worker"], arguments].concat();
        Arguments::try_parse_from(arguments).unwrap().into_settings(secret.into())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn id_and_secret_are_enough() {
        let settings = read(&["--client-id", "reporter"], SECRET).unwrap();
        assert_eq!(settings.scopes.to_string(), "reports:write");
        assert_eq!(settings.interval, Duration::from_secs(30));
        assert!(!settings.once && settings.resource.is_none());
        assert!(!format!("{settings:?}").contains(SECRET));
    }

    #[test]
    fn what_is_missing_or_unsafe_is_named() {
        let setting = |arguments: &[&str], secret| read(arguments, secret).unwrap_err().setting;
        assert_eq!(setting(&[], SECRET), "CLIENT_ID");
        assert_eq!(setting(&["--client-id", "r"], "short"), "CLIENT_SECRET");
        assert_eq!(setting(&["--client-id", "r", "--issuer", "http://issuer.example"], SECRET), "ISSUER");
        assert_eq!(setting(&["--client-id", "r", "--api-url", "http://api.example"], SECRET), "API_URL");
        assert_eq!(setting(&["--client-id", "r", "--scopes", "a\"b"], SECRET), "SCOPES");
    }

    #[test]
    fn no_argument_takes_the_secret() {
        assert!(Arguments::try_parse_from(["worker", "--client-secret", SECRET]).is_err());
    }
}
