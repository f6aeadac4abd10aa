//! The command line: `serve`, which needs no argument, and `createuser`.

use std::{io::Read as _, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use auth_core::{
    peer::TrustedProxies,
    secret::Password,
    server::{self, Listen, StartError, TlsFiles},
    settings::{Issuer, SettingsError},
    wire::Wire,
};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    App, Attempts, Settings,
    admin::{self, CreateUserError, Credential, NewUser},
    signing_key,
};

/// An API that logs users in with a password and gives them bearer tokens.
///
/// FastAPI's security tutorial, in Rust, with every shortcut replaced by the real check.
#[derive(Debug, Parser)]
#[command(name = "password-bearer-api", version, after_long_help = HELP, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

const HELP: &str = "\
Secrets come from the environment alone:
  SECRET_KEY        what access tokens are signed with (HS256): 32 random bytes or more
  SECRET_KEY_FILE   a file that holds it instead

Try it:
  export SECRET_KEY=$(openssl rand -hex 32)       # or start with --dev
  password-bearer-api &
  curl localhost:8001/users -H 'Content-Type: application/json' \\
    -d '{\"username\": \"johndoe\", \"password\": \"correct horse\"}'
  curl localhost:8001/token -d 'username=johndoe' --data-urlencode 'password=correct horse'
  curl localhost:8001/users/me -H 'Authorization: Bearer …'

Its pages: / says what it is, /docs tries it in the browser, /openapi.json describes it.
RUST_LOG chooses what is logged, LOG_FORMAT=json how.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a user, an administrator for instance
    Createuser(CreateUser),
}

#[derive(Debug, Args)]
struct Serve {
    /// Where to listen
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8001", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Certificate to serve https with, in PEM; read again when it changes, and on SIGHUP [default: plain http]
    #[arg(long, env = "TLS_CERT_FILE", value_name = "FILE")]
    tls_cert_file: Option<PathBuf>,
    /// Its private key
    #[arg(long, env = "TLS_KEY_FILE", value_name = "FILE")]
    tls_key_file: Option<PathBuf>,
    /// Where clients reach this API; http only if it is this machine [default: http://localhost:PORT]
    #[arg(long, env = "PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    #[command(flatten)]
    store: Store,
    /// A PEM file with an Ed25519 or P-256 private key, instead of SECRET_KEY
    #[arg(long, env = "SIGNING_KEY_FILE", value_name = "FILE")]
    signing_key_file: Option<PathBuf>,
    /// For development: without a key, make one and keep it in the data folder
    #[arg(long)]
    dev: bool,
    /// How long an access token lives
    #[arg(
        long, env = "ACCESS_TOKEN_EXPIRE_MINUTES", default_value_t = 15, value_name = "MINUTES",
        value_parser = clap::value_parser!(u64).range(1..=30)
    )]
    access_token_expire_minutes: u64,
    /// How long a login lives that is refreshed again and again
    #[arg(
        long, env = "REFRESH_TOKEN_EXPIRE_DAYS", default_value_t = 14, value_name = "DAYS",
        value_parser = clap::value_parser!(u64).range(1..=365)
    )]
    refresh_token_expire_days: u64,
    /// Who may register
    #[arg(long, env = "REGISTRATION", default_value = "open", value_name = "WHO")]
    registration: Registration,
    /// Origins of other sites whose pages may call this API, separated by commas
    #[arg(long, env = "CORS_ORIGINS", value_delimiter = ',', value_name = "ORIGINS")]
    cors_origins: Vec<String>,
    /// Proxies whose word about a caller's address is taken, as addresses or networks
    #[arg(long, env = "TRUSTED_PROXIES", default_value = "", value_name = "NETWORKS")]
    trusted_proxies: TrustedProxies,
    /// Logins a minute of one account
    #[arg(long, env = "LOGINS_PER_ACCOUNT", default_value_t = Attempts::default().per_account, value_name = "N")]
    logins_per_account: u32,
    /// Logins a minute from one address
    #[arg(long, env = "LOGINS_PER_PEER", default_value_t = Attempts::default().per_peer, value_name = "N")]
    logins_per_peer: u32,
    /// Registrations a minute from one address
    #[arg(long, env = "REGISTRATIONS_PER_PEER", default_value_t = Attempts::default().registrations, value_name = "N")]
    registrations_per_peer: u32,
    /// For learning: report each message to the flow inspector at this address; loopback only [default: nobody watches]
    #[arg(long, env = auth_core::wire::SETTING, value_name = "URL")]
    wire_inspector: Option<String>,
    /// Ask the server that runs with the same settings whether it is ready, and exit; for containers
    #[arg(long)]
    healthcheck: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Registration {
    /// Everybody
    Open,
    /// Administrators only
    Closed,
}

#[derive(Debug, Args)]
struct Store {
    /// The folder of what is made when no setting names it
    #[arg(long, env = "DATA_DIR", default_value = ".data", value_name = "DIR")]
    data_dir: PathBuf,
    /// sqlite:PATH or postgres://… [default: a file in the data folder]
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
}

impl Store {
    fn url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| {
            format!("sqlite:{}", self.data_dir.join("password-bearer-api.sqlite").display())
        })
    }
}

#[derive(Debug, Args)]
struct CreateUser {
    /// 3 to 32 of a-z, 0-9, '.', '_' and '-'
    #[arg(long, value_name = "NAME")]
    username: String,
    /// Read the password from standard input
    #[arg(long, required_unless_present = "password_hash_stdin", conflicts_with = "password_hash_stdin")]
    password_stdin: bool,
    /// Read the password's hash from standard input: Argon2, or bcrypt as passlib makes it
    #[arg(long)]
    password_hash_stdin: bool,
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    #[arg(long, value_name = "NAME")]
    full_name: Option<String>,
    /// What the user's tokens may allow: some of 'me', 'items' and 'admin'
    #[arg(long, default_value = "me items", value_name = "SCOPES")]
    scope: String,
    /// If there is a user of that name, leave them as they are, and call that a success
    #[arg(long)]
    if_missing: bool,
    #[command(flatten)]
    store: Store,
}

/// Does what the command line says, and gives the process's exit code.
pub async fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(Command::Createuser(command)) = arguments.command else {
        if arguments.serve.healthcheck {
            return server::healthcheck(arguments.serve.listen, arguments.serve.tls_cert_file.is_some())
                .await;
        }
        let built = match arguments.serve.settings() {
            Ok(settings) => App::build(settings).await,
            Err(error) => Err(error.into()),
        };
        return server::serve(built).await;
    };
    match create_user(command).await {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Serve {
    fn settings(self) -> Result<Settings, SettingsError> {
        let key = signing_key::load(self.signing_key_file.as_deref(), self.dev, &self.store.data_dir)?;
        let public_url =
            self.public_url.unwrap_or_else(|| format!("http://localhost:{}", self.listen.port()));
        // http is for this machine only, with or without --dev: a password travels there.
        let public_url = Issuer::parse_setting("PUBLIC_URL", &public_url, true)?;
        let listen = Listen::Address(self.listen);
        Ok(Settings {
            tls: TlsFiles::from_settings(self.tls_cert_file, self.tls_key_file)?,
            wire: Wire::from_setting("password-bearer-api", public_url.as_str(), self.wire_inspector)?,
            access_token_lifetime: Duration::from_secs(self.access_token_expire_minutes * 60),
            session_lifetime: Duration::from_secs(self.refresh_token_expire_days * 24 * 60 * 60),
            open_registration: matches!(self.registration, Registration::Open),
            cors_origins: self.cors_origins.into_iter().filter(|origin| !origin.is_empty()).collect(),
            trusted_proxies: self.trusted_proxies,
            attempts: Attempts {
                per_account: self.logins_per_account,
                per_peer: self.logins_per_peer,
                registrations: self.registrations_per_peer,
            },
            ..Settings::new(listen, public_url, self.store.url(), key)
        })
    }
}

async fn create_user(command: CreateUser) -> Result<String, StartError> {
    let mut secret = String::new();
    std::io::stdin().take(4096).read_to_string(&mut secret).map_err(|error| {
        StartError::new(format!("standard input cannot be read: {error}"), "pipe the password into it")
    })?;
    let secret = secret.trim_end_matches(['\r', '\n']).to_owned();
    let credential = if command.password_hash_stdin {
        Credential::Hash(secret)
    } else {
        Credential::Password(Password::new(secret))
    };
    let database = crate::open(&command.store.url())?;
    let new = NewUser {
        username: command.username.clone(),
        credential,
        email: command.email,
        full_name: command.full_name,
        scope: command.scope,
    };
    match admin::create_user(&database, new).await {
        Ok(_) => Ok(format!("made the user {}", command.username)),
        Err(CreateUserError::Taken) if command.if_missing => {
            Ok(format!("there is a user {} already", command.username))
        }
        Err(problem) => {
            Err(StartError::new(format!("no user was made: {problem}"), "mend that and try again"))
        }
    }
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
