//! What the server is told from outside: the environment, the command line, and files for secrets.
//!
//! The names are Django OAuth Toolkit's with the prefix `AS_`. Secrets come from the environment or a file
//! only: a command line can be read by every process of the machine.

mod options;
mod scopes;

use std::{fmt, time::Duration};

use auth_core::{
    clock::Clock,
    peer::TrustedProxies,
    server::{Listen, TlsFiles},
    settings::{Issuer, SettingsError, parse_key_32, secret_from_env},
    wire::Wire,
};

pub use options::{DatabaseOption, Options, SECRETS_HELP};
pub use scopes::ScopeDescription;

/// How long a key stays published after it signed last; no token that it signed may live longer.
pub(crate) const KEY_RETIREMENT: Duration = Duration::from_secs(24 * 60 * 60);

/// The key under which the signing keys are sealed: 32 random bytes.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// `bytes` must be random and secret; [`master_key_from_env`] refuses what can't be.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; 32]> for MasterKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([redacted])")
    }
}

/// `AS_MASTER_KEY`, or the file that `AS_MASTER_KEY_FILE` names.
///
/// # Errors
/// When it is missing, short, published or a pattern.
pub fn master_key_from_env() -> Result<MasterKey, SettingsError> {
    const NAME: &str = "AS_MASTER_KEY";
    let text = secret_from_env(NAME)?.ok_or_else(|| {
        SettingsError::new(
            NAME,
            "is missing",
            "make one with `openssl rand -hex 32`, and keep it as long as the database",
        )
    })?;
    Ok(MasterKey(parse_key_32(NAME, &text)?))
}

/// Everything that can be set. Lifetimes are whole seconds.
#[derive(Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: Listen,
    /// The certificate to serve https with; without one it is http, behind a proxy that speaks https.
    pub tls: Option<TlsFiles>,
    /// The issuer identifier: exactly what clients compare `iss` with.
    pub issuer: Issuer,
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: DatabaseUrl,
    /// Seals the signing keys.
    pub master_key: MasterKey,
    /// The scopes that exist, with the sentence that the consent page shows.
    pub scopes: Vec<ScopeDescription>,
    /// Short, because an access token that is checked locally can't be taken back.
    pub access_token_lifetime: Duration,
    /// A code is exchanged at once, by a program.
    pub authorization_code_lifetime: Duration,
    /// A refresh token that is not used for so long is over.
    pub refresh_token_lifetime: Duration,
    /// So long after the user's consent refreshing is over, used or not.
    pub refresh_token_absolute_lifetime: Duration,
    /// A client that lost the answer may repeat a refresh for so long, and gets the same successor.
    pub refresh_token_grace: Duration,
    /// An ID token is read once, at sign-in.
    pub id_token_lifetime: Duration,
    /// A browser session ends so long after sign-in.
    pub session_lifetime: Duration,
    /// So long may sign-in and consent take.
    pub authorization_request_lifetime: Duration,
    /// Allows an http issuer on a loopback host, and nothing else.
    pub dev: bool,
    /// Whose `X-Forwarded-For` and `Forwarded` are believed.
    pub trusted_proxies: TrustedProxies,
    /// The line to the flow inspector, on loopback only; by default nobody watches.
    pub wire: Option<Wire>,
    /// Where time comes from; tests move it.
    pub clock: Clock,
    /// Per account, and as many times five per peer address.
    pub login_attempts_per_minute: u32,
    /// To the token, revocation and introspection endpoints, per client and peer address; one with a wrong
    /// secret counts 50 times, one with a wrong code or token 10 times.
    pub token_requests_per_minute: u32,
}

/// A database address; its Debug leaves out what may hold a password.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address, password included: for [`crate::Database::open`], not for a log.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Into<String>> From<S> for DatabaseUrl {
    fn from(url: S) -> Self {
        Self(url.into())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, _) = self.0.split_once(':').unwrap_or_default();
        write!(f, "DatabaseUrl({kind}:…)")
    }
}

impl Settings {
    /// Settings with the defaults that `--help` lists.
    pub fn new(
        listen: Listen,
        issuer: Issuer,
        database_url: impl Into<DatabaseUrl>,
        master_key: impl Into<MasterKey>,
    ) -> Self {
        Self {
            listen,
            tls: None,
            dev: !issuer.is_https(),
            issuer,
            database_url: database_url.into(),
            master_key: master_key.into(),
            scopes: ScopeDescription::defaults(),
            access_token_lifetime: Duration::from_secs(options::ACCESS_TOKEN),
            authorization_code_lifetime: Duration::from_secs(options::AUTHORIZATION_CODE),
            refresh_token_lifetime: Duration::from_secs(options::REFRESH_TOKEN),
            refresh_token_absolute_lifetime: Duration::from_secs(options::REFRESH_TOKEN_ABSOLUTE),
            refresh_token_grace: Duration::from_secs(options::REFRESH_TOKEN_GRACE),
            id_token_lifetime: Duration::from_secs(options::ID_TOKEN),
            session_lifetime: Duration::from_secs(options::SESSION),
            authorization_request_lifetime: Duration::from_secs(options::AUTHORIZATION_REQUEST),
            trusted_proxies: TrustedProxies::default(),
            wire: None,
            clock: Clock::system(),
            login_attempts_per_minute: options::LOGIN_ATTEMPTS,
            token_requests_per_minute: options::TOKEN_REQUESTS,
        }
    }
}
