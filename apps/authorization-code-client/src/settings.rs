//! Settings: from the environment and the command line, checked before anything starts.

use std::net::SocketAddr;
use std::path::PathBuf;

use auth_core::clock::Clock;
use auth_core::redirect_uri::{ClientType, RedirectUri};
use auth_core::scope::Scopes;
use auth_core::secret::ClientSecret;
use auth_core::server::{Listen, TlsFiles};
use auth_core::settings::{HttpUrl, Issuer, SettingsError, refuse_weak_secret, secret_from_env};
use auth_core::wire::Wire;
use clap::Parser;

/// Everything that can be set.
#[derive(Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: Listen,
    /// The certificate to serve https with; without one it is http, behind a proxy that speaks https.
    pub tls: Option<TlsFiles>,
    /// Certificate authorities that calls trust besides the system's.
    pub extra_ca_file: Option<PathBuf>,
    /// The authorization server; the rest of it is found by discovery.
    pub issuer: Issuer,
    /// The app's name there.
    pub client_id: String,
    /// What the app proves itself with; `None` if it is registered as a public client.
    pub client_secret: Option<ClientSecret>,
    /// This app's `/callback` as a browser reaches it, exactly as registered. Its origin is the
    /// app's own: it is what forms are compared with, and https makes the cookie `Secure`.
    pub redirect_uri: RedirectUri,
    /// What to ask the user for.
    pub scopes: Scopes,
    /// The API that keeps the notes.
    pub api_url: HttpUrl,
    /// The line to the flow inspector, on loopback only; by default nobody watches.
    pub wire: Option<Wire>,
    /// What time it is.
    pub clock: Clock,
}

impl Settings {
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
        Self::read(Arguments::parse(), secret_from_env("CLIENT_SECRET")?)
    }

    fn read(arguments: Arguments, client_secret: Option<String>) -> Result<Self, SettingsError> {
        let Some(client_id) = arguments.client_id.clone().filter(|client_id| !client_id.is_empty()) else {
            return Err(SettingsError::new("CLIENT_ID", "is not set", how_to_register(&arguments)));
        };
        if let Some(secret) = &client_secret {
            refuse_weak_secret("CLIENT_SECRET", secret, 16)?;
        }
        let client_type = if client_secret.is_some() { ClientType::Confidential } else { ClientType::Public };
        let redirect_uri = RedirectUri::parse(&arguments.redirect_uri, client_type)
            .ok()
            .filter(|uri| uri.as_str().starts_with("http"))
            .ok_or_else(|| {
                SettingsError::new(
                    "REDIRECT_URI",
                    "is not the address of this app's callback",
                    "write it as https://app.example.com/callback, or http://localhost:8000/callback for development",
                )
            })?;
        let scopes = Scopes::parse(&arguments.scopes)
            .map_err(|error| SettingsError::new("SCOPES", "cannot be read", error.to_string()))?;
        if !scopes.contains("openid") {
            return Err(SettingsError::new(
                "SCOPES",
                "lacks openid, without which nobody is signed in",
                "add openid",
            ));
        }
        let wire = Wire::from_setting(
            "authorization-code-client",
            &arguments.redirect_uri,
            arguments.wire_inspector,
        )?;
        Ok(Self {
            listen: Listen::Address(arguments.listen),
            tls: TlsFiles::from_settings(arguments.tls_cert_file, arguments.tls_key_file)?,
            extra_ca_file: arguments.extra_ca_file,
            issuer: Issuer::parse(&arguments.issuer, true)?,
            client_id,
            client_secret: client_secret.map(ClientSecret::new),
            redirect_uri,
            scopes,
            api_url: HttpUrl::parse("API_URL", &arguments.api_url)?,
            wire,
            clock: Clock::system(),
        })
    }
}

fn how_to_register(Arguments { redirect_uri, scopes, api_url, .. }: &Arguments) -> String {
    format!(
        "register this app with `authorization-server createapplication --name Notes --client-type confidential \
         --grant-types authorization_code,refresh_token --redirect-uris {redirect_uri} --scopes '{scopes}' \
         --audiences {api_url}`, and set CLIENT_ID and CLIENT_SECRET to what it prints"
    )
}

const SCOPES: &str = "openid profile email offline_access notes:read notes:write";

/// A web app that signs its users in with the authorization code flow and PKCE, and shows their
/// notes, which an API keeps.
#[derive(Debug, Parser)]
#[command(
    name = "authorization-code-client",
    version,
    after_help = "The client's secret comes from the environment alone: CLIENT_SECRET, or a file that \
                  CLIENT_SECRET_FILE names. Without one the app is a public client. RUST_LOG chooses what is \
                  logged, LOG_FORMAT=json how."
)]
struct Arguments {
    /// Where to listen
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8000", value_name = "ADDRESS:PORT")]
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
    /// The authorization server; http only if it is this machine
    #[arg(long, env = "ISSUER", default_value = "http://localhost:9000", value_name = "URL")]
    issuer: String,
    /// This app's client_id there (required)
    #[arg(long, env = "CLIENT_ID", value_name = "ID")]
    client_id: Option<String>,
    /// This app's /callback as a browser reaches it, exactly as registered
    #[arg(long, env = "REDIRECT_URI", default_value = "http://localhost:8000/callback", value_name = "URL")]
    redirect_uri: String,
    /// What to ask the user for, separated by spaces
    #[arg(long, env = "SCOPES", default_value = SCOPES, value_name = "SCOPES")]
    scopes: String,
    /// The API that keeps the notes
    #[arg(long, env = "API_URL", default_value = "http://localhost:8002", value_name = "URL")]
    api_url: String,
    /// For learning: report each message to the flow inspector at this address; loopback only [default: nobody watches]
    #[arg(long, env = auth_core::wire::SETTING, value_name = "URL")]
    wire_inspector: Option<String>,
    /// Ask the server that runs with the same settings whether it is ready, and exit; for containers
    #[arg(long)]
    healthcheck: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use clap::CommandFactory;

    const SECRET: &str = "3Qp9zKx1-Vw8Lr2_Tn6Bd5Hs";

    fn read(arguments: &[&str], secret: Option<&str>) -> Result<Settings, SettingsError> {
        let arguments =
            Arguments::try_parse_from([&["authorization-code-client"], arguments].concat()).unwrap();
        Settings::read(arguments, secret.map(str::to_owned))
    }

    fn refused(arguments: &[&str], secret: Option<&str>) -> SettingsError {
        read(&[&["--client-id", "app"], arguments].concat(), secret).unwrap_err()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn without_a_client_id_the_error_says_how_to_get_one() {
        let error = read(&["--client-id", ""], Some(SECRET)).unwrap_err().to_string();
        assert!(error.starts_with("CLIENT_ID is not set: register this app with"), "{error}");
        assert!(
            error.contains("createapplication")
                && error.contains("--redirect-uris http://localhost:8000/callback")
        );
    }

    #[test]
    fn the_defaults_need_only_a_client() {
        let settings = read(&["--client-id", "app"], Some(SECRET)).unwrap();
        assert_eq!(settings.issuer.as_str(), "http://localhost:9000");
        assert_eq!(settings.redirect_uri.as_str(), "http://localhost:8000/callback");
        assert!(settings.client_secret.is_some());
        assert!(read(&["--client-id", "app"], None).unwrap().client_secret.is_none(), "a public client");
    }

    #[test]
    fn what_is_not_safe_is_refused_and_named() {
        for (setting, arguments, secret) in [
            ("ISSUER", ["--issuer", "http://as.example"], SECRET),
            ("API_URL", ["--api-url", "http://api.example"], SECRET),
            ("REDIRECT_URI", ["--redirect-uri", "http://app.example/callback"], SECRET),
            ("REDIRECT_URI", ["--redirect-uri", "/callback"], SECRET),
            ("SCOPES", ["--scopes", "profile"], SECRET),
            ("SCOPES", ["--scopes", "openid  profile"], SECRET),
            ("CLIENT_SECRET", ["--client-id", "app2"], "changeme"),
        ] {
            let arguments: &[&str] = if setting == "CLIENT_SECRET" { &[] } else { &arguments };
            assert_eq!(refused(arguments, Some(secret)).setting, setting);
        }
        assert_eq!(refused(&["--redirect-uri", "com.example.app:/callback"], None).setting, "REDIRECT_URI");
    }
}
