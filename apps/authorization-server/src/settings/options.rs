//! The settings as options of the command line and variables of the environment.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use auth_core::{
    clock::Clock,
    peer::TrustedProxies,
    server::{Listen, TlsFiles},
    settings::{Issuer, SettingsError},
    wire::Wire,
};

use super::{DatabaseUrl, KEY_RETIREMENT, ScopeDescription, Settings, master_key_from_env};

// Seconds.
pub(super) const ACCESS_TOKEN: u64 = 15 * 60;
pub(super) const AUTHORIZATION_CODE: u64 = 60;
pub(super) const REFRESH_TOKEN: u64 = 14 * 24 * 60 * 60;
pub(super) const REFRESH_TOKEN_ABSOLUTE: u64 = 90 * 24 * 60 * 60;
pub(super) const REFRESH_TOKEN_GRACE: u64 = 10;
pub(super) const ID_TOKEN: u64 = 60 * 60;
pub(super) const SESSION: u64 = 12 * 60 * 60;
pub(super) const AUTHORIZATION_REQUEST: u64 = 30 * 60;
// Per minute.
pub(super) const LOGIN_ATTEMPTS: u32 = 10;
pub(super) const TOKEN_REQUESTS: u32 = 6000;

/// What `--help` says about settings that have no option, because they are secrets.
pub const SECRETS_HELP: &str = "\
Secrets come from the environment only, or from a file:
  AS_MASTER_KEY, AS_MASTER_KEY_FILE  32 random bytes in hex or base64; seals the signing keys in the
                                     database [required; make one with `openssl rand -hex 32`]";

/// Where the data is; every command needs it.
#[derive(Clone, Debug, clap::Args)]
pub struct DatabaseOption {
    /// sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [default: sqlite:authorization-server.sqlite3]
    #[arg(long, env = "AS_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// A file that holds the same, password and all
    #[arg(long, env = "AS_DATABASE_URL_FILE", value_name = "FILE", conflicts_with = "database_url")]
    database_url_file: Option<PathBuf>,
}

impl DatabaseOption {
    /// The address.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn url(self) -> Result<DatabaseUrl, SettingsError> {
        const DEFAULT: &str = "sqlite:authorization-server.sqlite3";
        let Some(file) = self.database_url_file else {
            return Ok(self.database_url.unwrap_or_else(|| DEFAULT.to_owned()).into());
        };
        let url = std::fs::read_to_string(&file).map_err(|error| {
            SettingsError::new(
                "AS_DATABASE_URL_FILE",
                format!("names the file {}, which cannot be read ({error})", file.display()),
                "check the path and who may read it",
            )
        })?;
        Ok(url.trim_end().into())
    }
}

/// Options of `serve`.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    database: DatabaseOption,
    /// Address to listen on
    #[arg(long, env = "AS_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Certificate to serve https with, in PEM; read again when it changes, and on SIGHUP [default: plain http]
    #[arg(long, env = "TLS_CERT_FILE", value_name = "FILE")]
    tls_cert_file: Option<PathBuf>,
    /// Its private key
    #[arg(long, env = "TLS_KEY_FILE", value_name = "FILE")]
    tls_key_file: Option<PathBuf>,
    /// For learning: report each message to the flow inspector at this address; loopback only [default: nobody watches]
    #[arg(long, env = auth_core::wire::SETTING, value_name = "URL")]
    wire_inspector: Option<String>,
    /// Issuer identifier: the https URL under which clients reach this server [required]
    #[arg(long, env = "AS_ISSUER", value_name = "URL")]
    issuer: Option<String>,
    /// Allow an http issuer on a loopback host; for development
    #[arg(long, env = "AS_DEV", value_parser = clap::builder::BoolishValueParser::new())]
    dev: bool,
    /// Scopes and what the consent page says of each: name=description,… [default: openid, profile, email,
    /// offline_access, read and write]
    #[arg(long, env = "AS_SCOPES", value_name = "NAME=DESCRIPTION,…")]
    scopes: Option<String>,
    /// Life of an access token; at most a day
    #[arg(long, env = "AS_ACCESS_TOKEN_EXPIRE_SECONDS", value_name = "SECONDS", default_value_t = ACCESS_TOKEN)]
    access_token_expire_seconds: u64,
    /// Life of an authorization code; at most ten minutes (RFC 6749 §4.1.2)
    #[arg(long, env = "AS_AUTHORIZATION_CODE_EXPIRE_SECONDS", value_name = "SECONDS", default_value_t = AUTHORIZATION_CODE)]
    authorization_code_expire_seconds: u64,
    /// A refresh token ends when it is not used for so long
    #[arg(long, env = "AS_REFRESH_TOKEN_EXPIRE_SECONDS", value_name = "SECONDS", default_value_t = REFRESH_TOKEN)]
    refresh_token_expire_seconds: u64,
    /// Refreshing ends so long after the user's consent, in any case
    #[arg(long, env = "AS_REFRESH_TOKEN_ABSOLUTE_EXPIRE_SECONDS", value_name = "SECONDS", default_value_t = REFRESH_TOKEN_ABSOLUTE)]
    refresh_token_absolute_expire_seconds: u64,
    /// A refresh may be repeated for so long and gives the same refresh token; at most a minute, 0 for never
    #[arg(long, env = "AS_REFRESH_TOKEN_GRACE_PERIOD_SECONDS", value_name = "SECONDS", default_value_t = REFRESH_TOKEN_GRACE)]
    refresh_token_grace_period_seconds: u64,
    /// Life of an ID token; at most a day
    #[arg(long, env = "AS_ID_TOKEN_EXPIRE_SECONDS", value_name = "SECONDS", default_value_t = ID_TOKEN)]
    id_token_expire_seconds: u64,
    /// A browser session ends so long after sign-in
    #[arg(long, env = "AS_SESSION_EXPIRE_SECONDS", value_name = "SECONDS", default_value_t = SESSION)]
    session_expire_seconds: u64,
    /// Sign-in and consent may take so long together
    #[arg(long, env = "AS_AUTHORIZATION_REQUEST_EXPIRE_SECONDS", value_name = "SECONDS", default_value_t = AUTHORIZATION_REQUEST)]
    authorization_request_expire_seconds: u64,
    /// Networks of the proxies whose forwarded headers are believed, separated by commas [default: none]
    #[arg(long, env = "AS_TRUSTED_PROXIES", value_name = "NETWORKS")]
    trusted_proxies: Option<String>,
    /// Sign-in attempts per account, counted over all servers of one database
    #[arg(long, env = "AS_LOGIN_ATTEMPTS_PER_MINUTE", value_name = "NUMBER", default_value_t = LOGIN_ATTEMPTS, value_parser = clap::value_parser!(u32).range(1..))]
    login_attempts_per_minute: u32,
    /// Requests of one client at one address to the token, revocation and introspection endpoints; one with a wrong secret counts 50 times, with a wrong code or token 10 times
    #[arg(long, env = "AS_TOKEN_REQUESTS_PER_MINUTE", value_name = "NUMBER", default_value_t = TOKEN_REQUESTS, value_parser = clap::value_parser!(u32).range(1..))]
    token_requests_per_minute: u32,
}

impl Options {
    /// The settings, with the secrets from the environment.
    ///
    /// # Errors
    /// When a setting is missing or not safe; the error names it and says what to do.
    pub fn into_settings(self) -> Result<Settings, SettingsError> {
        let issuer = self.issuer.ok_or_else(|| {
            SettingsError::new(
                "AS_ISSUER",
                "is missing",
                "set it to the URL under which clients reach this server",
            )
        })?;
        let issuer = Issuer::parse_setting("AS_ISSUER", &issuer, self.dev)?;
        let trusted_proxies = match self.trusted_proxies.as_deref() {
            None => TrustedProxies::default(),
            Some(networks) => networks.parse().map_err(|_| {
                SettingsError::new(
                    "AS_TRUSTED_PROXIES",
                    "is not a list of networks",
                    "write it as 10.0.0.0/8,fd00::/8",
                )
            })?,
        };
        let scopes = match self.scopes.as_deref() {
            None => ScopeDescription::defaults(),
            Some(text) => ScopeDescription::parse_list("AS_SCOPES", text)?,
        };
        let retirement = KEY_RETIREMENT.as_secs();
        let refresh_token = self.refresh_token_expire_seconds;
        Ok(Settings {
            listen: Listen::Address(self.listen),
            tls: TlsFiles::from_settings(self.tls_cert_file, self.tls_key_file)?,
            wire: Wire::from_setting("authorization-server", issuer.as_str(), self.wire_inspector)?,
            issuer,
            database_url: self.database.url()?,
            master_key: master_key_from_env()?,
            scopes,
            // Retired keys are published for a day: a longer-lived token would outlive its key.
            access_token_lifetime: seconds(
                "AS_ACCESS_TOKEN_EXPIRE_SECONDS",
                self.access_token_expire_seconds,
                1,
                retirement,
            )?,
            authorization_code_lifetime: seconds(
                "AS_AUTHORIZATION_CODE_EXPIRE_SECONDS",
                self.authorization_code_expire_seconds,
                1,
                600,
            )?,
            refresh_token_lifetime: seconds("AS_REFRESH_TOKEN_EXPIRE_SECONDS", refresh_token, 1, A_CENTURY)?,
            refresh_token_absolute_lifetime: seconds(
                "AS_REFRESH_TOKEN_ABSOLUTE_EXPIRE_SECONDS",
                self.refresh_token_absolute_expire_seconds,
                1,
                A_CENTURY,
            )?,
            refresh_token_grace: seconds(
                "AS_REFRESH_TOKEN_GRACE_PERIOD_SECONDS",
                self.refresh_token_grace_period_seconds,
                0,
                60,
            )?,
            id_token_lifetime: seconds(
                "AS_ID_TOKEN_EXPIRE_SECONDS",
                self.id_token_expire_seconds,
                1,
                retirement,
            )?,
            session_lifetime: seconds(
                "AS_SESSION_EXPIRE_SECONDS",
                self.session_expire_seconds,
                1,
                A_CENTURY,
            )?,
            authorization_request_lifetime: seconds(
                "AS_AUTHORIZATION_REQUEST_EXPIRE_SECONDS",
                self.authorization_request_expire_seconds,
                1,
                24 * 60 * 60,
            )?,
            dev: self.dev,
            trusted_proxies,
            clock: Clock::system(),
            login_attempts_per_minute: self.login_attempts_per_minute,
            token_requests_per_minute: self.token_requests_per_minute,
        })
    }
}

/// Longer would only overflow some client's arithmetic.
const A_CENTURY: u64 = 100 * 366 * 24 * 60 * 60;

fn seconds(name: &str, value: u64, least: u64, most: u64) -> Result<Duration, SettingsError> {
    if (least..=most).contains(&value) {
        return Ok(Duration::from_secs(value));
    }
    Err(SettingsError::new(name, format!("is {value}"), format!("choose between {least} and {most} seconds")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        options: Options,
    }

    fn refused(arguments: &[&str]) -> String {
        let arguments = std::iter::once(&"serve").chain(arguments);
        Command::parse_from(arguments).options.into_settings().unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_safe_is_refused_by_name() {
        assert!(refused(&[]).starts_with("AS_ISSUER is missing"));
        assert!(refused(&["--issuer", "http://localhost:9000"]).starts_with("AS_ISSUER "));
        assert!(refused(&["--issuer", "http://auth.example", "--dev"]).starts_with("AS_ISSUER "));
        let https = ["--issuer", "https://auth.example"];
        assert!(refused(&https).starts_with("AS_MASTER_KEY is missing"));
        assert!(
            refused(&[&https[..], &["--trusted-proxies", "everyone"]].concat())
                .starts_with("AS_TRUSTED_PROXIES ")
        );
        assert!(refused(&[&https[..], &["--scopes", "no description"]].concat()).starts_with("AS_SCOPES "));
    }

    #[test]
    fn lifetimes_have_limits() {
        assert_eq!(seconds("X", 0, 0, 60), Ok(Duration::ZERO));
        assert_eq!(
            seconds("X", 61, 0, 60).unwrap_err().to_string(),
            "X is 61: choose between 0 and 60 seconds"
        );
    }

    #[test]
    fn development_mode_is_a_switch_that_the_environment_can_turn() {
        assert!(!Command::parse_from(["serve"]).options.dev);
        assert!(Command::parse_from(["serve", "--dev"]).options.dev);
    }
}
