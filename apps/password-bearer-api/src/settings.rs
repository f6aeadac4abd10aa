//! Everything that can be set. Where the values come from is `cli`'s business.

use std::time::Duration;

use auth_core::{
    clock::Clock,
    jwt::SigningKey,
    peer::TrustedProxies,
    server::{Listen, TlsFiles},
    settings::Issuer,
    wire::Wire,
};

/// Everything that can be set.
#[derive(Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: Listen,
    /// The certificate to serve https with; none is plain http, for a proxy that ends TLS, or for this
    /// machine only.
    pub tls: Option<TlsFiles>,
    /// Where clients reach this API: the issuer and the audience of its tokens.
    pub public_url: Issuer,
    /// `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
    pub database_url: String,
    /// What access tokens are signed with.
    pub signing_key: SigningKey,
    /// How long an access token lives; 15 minutes by default, 30 at most on the command line.
    pub access_token_lifetime: Duration,
    /// How long a login lives that is refreshed again and again; 14 days by default.
    pub session_lifetime: Duration,
    /// Whether anybody may register, or administrators only.
    pub open_registration: bool,
    /// The origins of other sites whose pages may call this API from a browser; none by default.
    pub cors_origins: Vec<String>,
    /// The proxies whose word about a caller's address is taken.
    pub trusted_proxies: TrustedProxies,
    /// How often who may try.
    pub attempts: Attempts,
    /// The line to the flow inspector, on loopback only; by default nobody watches.
    pub wire: Option<Wire>,
    /// What time it is.
    pub clock: Clock,
}

/// How often passwords may be tried and accounts be made, each per minute.
#[derive(Debug, Clone, Copy)]
pub struct Attempts {
    /// Logins of one account, wherever they come from.
    pub per_account: u32,
    /// Logins from one address, whatever the account.
    pub per_peer: u32,
    /// Registrations from one address.
    pub registrations: u32,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { per_account: 20, per_peer: 120, registrations: 30 }
    }
}

impl Settings {
    /// The settings that have no default, and defaults for the others.
    #[must_use]
    pub fn new(
        listen: Listen,
        public_url: Issuer,
        database_url: impl Into<String>,
        signing_key: SigningKey,
    ) -> Self {
        Self {
            listen,
            tls: None,
            public_url,
            database_url: database_url.into(),
            signing_key,
            access_token_lifetime: Duration::from_secs(15 * 60),
            session_lifetime: Duration::from_secs(14 * 24 * 60 * 60),
            open_registration: true,
            cors_origins: Vec::new(),
            trusted_proxies: TrustedProxies::default(),
            attempts: Attempts::default(),
            wire: None,
            clock: Clock::system(),
        }
    }
}
