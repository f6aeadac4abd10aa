//! A world for the tests of the decisions: databases, a clock that moves, a user and clients.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{ops::Deref, sync::OnceLock, time::Duration};

use auth_core::{
    client_authentication::{ClientAuthMethod, PresentedClient},
    clock::{Clock, ManualClock},
    params::Params,
    pkce::CodeVerifier,
    redirect_uri::ClientType,
    secret::{ClientSecret, random_id},
    server::Listen,
    settings::Issuer,
};
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use serde_json::Value;

use crate::{
    Database, MasterKey, Settings,
    admin::{NewApplication, create_application},
    context::Context,
    db::{Refused, Tx},
    keys::Keys,
    models::{
        sessions::{Session, SignedIn},
        users::User,
    },
    oauth::{
        EndpointError,
        authorize::{self, AuthorizationResponse, AuthorizeRefusal, AuthorizeStep},
        introspect, revoke, token,
    },
};

pub(crate) const ISSUER: &str = "https://as.example";
pub(crate) const CALLBACK: &str = "https://app.example/callback";
pub(crate) const API: &str = "https://api.example";

/// An empty database, gone when dropped.
pub(crate) struct Scratch {
    database: Database,
    postgres: Option<(String, String)>,
    _folder: Option<tempfile::TempDir>,
}

impl Deref for Scratch {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some((url, schema)) = &self.postgres {
            let mut connection = PgConnection::establish(url).unwrap();
            connection.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).unwrap();
        }
    }
}

fn sqlite() -> Scratch {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&format!("sqlite:{}/as.sqlite3", folder.path().display())).unwrap();
    Scratch { database, postgres: None, _folder: Some(folder) }
}

/// In a schema of its own, if `TEST_POSTGRES_URL` says where.
fn postgres() -> Option<Scratch> {
    let url = std::env::var("TEST_POSTGRES_URL").ok()?;
    let schema = format!("t_{}", random_id(12).to_lowercase());
    PgConnection::establish(&url).unwrap().batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
    let separator = if url.contains('?') { '&' } else { '?' };
    let database = Database::open(&format!("{url}{separator}options=-csearch_path%3D{schema}")).unwrap();
    Some(Scratch { database, postgres: Some((url, schema)), _folder: None })
}

/// SQLite, and PostgreSQL where there is one.
pub(crate) fn databases() -> Vec<Scratch> {
    std::iter::once(sqlite()).chain(postgres()).collect()
}

/// A server without its HTTP.
pub(crate) struct World {
    pub(crate) database: Scratch,
    pub(crate) ctx: Context,
    pub(crate) time: ManualClock,
    pub(crate) alice: User,
}

pub(crate) fn master_key() -> MasterKey {
    MasterKey::new(*b"0123456789abcdef0123456789abcdef")
}

pub(crate) fn worlds() -> Vec<World> {
    worlds_with(|_| {})
}

pub(crate) fn worlds_with(change: impl Fn(&mut Settings)) -> Vec<World> {
    databases().into_iter().map(|database| World::new(database, &change)).collect()
}

impl World {
    fn new(database: Scratch, change: &impl Fn(&mut Settings)) -> Self {
        let (clock, time) = Clock::manual();
        let listen = Listen::Address(([127, 0, 0, 1], 0).into());
        let mut settings =
            Settings::new(listen, Issuer::parse(ISSUER, false).unwrap(), "sqlite:", master_key());
        settings.clock = clock.clone();
        change(&mut settings);
        copy_keys(&database, &clock);
        let keys = Keys::open(&database, &master_key(), clock).unwrap();
        let ctx = Context::new(&settings, keys);
        let alice = User {
            id: uuid::Uuid::new_v4().to_string(),
            username: "alice".into(),
            password_hash: "unused".into(),
            email: Some("alice@example.com".into()),
            email_verified: false,
            name: Some("Alice Liddell".into()),
            staff: false,
            active: true,
            created_at: ctx.now().unix(),
        };
        run(&database, |tx| alice.insert(tx));
        Self { database, ctx, time, alice }
    }

    pub(crate) fn tx<T>(&self, work: impl FnMut(&mut Tx) -> Result<T, crate::Fault>) -> T {
        run(&self.database, work)
    }

    /// A confidential client that may do everything.
    pub(crate) fn web(&self) -> Client {
        self.client(NewApplication::new("Web", ClientType::Confidential))
    }

    pub(crate) fn client(&self, new: NewApplication) -> Client {
        let confidential = new.client_type == ClientType::Confidential;
        let all: &[&str] = &["authorization_code", "refresh_token", "client_credentials"];
        let grants = if confidential { all } else { &all[..2] };
        let new = NewApplication {
            grant_types: match new.grant_types.is_empty() {
                true => grants.iter().map(|&grant| grant.to_owned()).collect(),
                false => new.grant_types,
            },
            redirect_uris: match new.redirect_uris.is_empty() {
                true => vec![CALLBACK.into()],
                false => new.redirect_uris,
            },
            ..new
        };
        let created = create_application(&self.database, new).unwrap();
        Client { id: created.client_id, secret: created.client_secret }
    }

    /// A new session in which alice has just signed in.
    pub(crate) fn sign_in(&self) -> SignedIn {
        let now = self.ctx.now();
        let (_, session) =
            self.tx(|tx| Session::start(tx, now, Duration::from_secs(3600), Some(&self.alice.id)));
        session.signed_in().unwrap()
    }

    pub(crate) fn begin(
        &self,
        params: &str,
        who: Option<&SignedIn>,
    ) -> Result<AuthorizeStep, AuthorizeRefusal> {
        let params = Params::parse_allowing_repeats(params.as_bytes(), &["resource"]).unwrap();
        answer(self.database.transaction(|tx| authorize::begin(tx, &self.ctx, &params, who)))
    }

    /// Allows everything that is asked for.
    pub(crate) fn allow(&self, params: &str, who: &SignedIn) -> AuthorizationResponse {
        let view = match self.begin(params, Some(who)).unwrap() {
            AuthorizeStep::Consent(view) => view,
            AuthorizeStep::Respond(response) => return response,
            AuthorizeStep::Login { .. } => panic!("sign-in is wanted"),
        };
        let scopes = view.scopes.iter().map(|asked| asked.scope.clone()).collect();
        let decision = authorize::Decision::Allow { scopes };
        answer(
            self.database.transaction(|tx| authorize::decide(tx, &self.ctx, &view.request, who, &decision)),
        )
        .unwrap()
    }

    /// A code for alice with these scopes.
    pub(crate) fn code(&self, client: &Client, scope: &str) -> Code {
        let verifier = CodeVerifier::generate();
        let response =
            self.allow(&client.request(&verifier, &format!("&scope={scope}&nonce=n-1")), &self.sign_in());
        Code { code: param(&response, "code").unwrap(), verifier: verifier.secret().to_owned() }
    }

    pub(crate) fn exchange(&self, client: &Client, form: &str) -> Result<Value, EndpointError> {
        let form = Params::parse_allowing_repeats(form.as_bytes(), &["resource"]).unwrap();
        let outcome =
            self.database.transaction(|tx| token::exchange(tx, &self.ctx, &client.presented(), &form));
        answer(outcome).map(|response| serde_json::to_value(response).unwrap())
    }

    /// Tokens for alice with these scopes.
    pub(crate) fn tokens(&self, client: &Client, scope: &str) -> Value {
        let code = self.code(client, scope);
        self.exchange(client, &code.form()).unwrap()
    }

    pub(crate) fn refresh(&self, client: &Client, token: &str, more: &str) -> Result<Value, EndpointError> {
        self.exchange(client, &format!("grant_type=refresh_token&refresh_token={token}{more}"))
    }

    pub(crate) fn introspect(&self, client: &Client, token: &Value) -> Value {
        let form = Params::parse(format!("token={}", token.as_str().unwrap()).as_bytes()).unwrap();
        let outcome =
            self.database.transaction(|tx| introspect::introspect(tx, &self.ctx, &client.presented(), &form));
        serde_json::to_value(answer(outcome).unwrap()).unwrap()
    }

    pub(crate) fn is_active(&self, client: &Client, token: &Value) -> bool {
        self.introspect(client, token)["active"] == true
    }

    pub(crate) fn revoke(&self, client: &Client, token: &Value) {
        let form = format!("token={}&token_type_hint=nonsense", token.as_str().unwrap());
        let form = Params::parse(form.as_bytes()).unwrap();
        answer(self.database.transaction(|tx| revoke::revoke(tx, &self.ctx, &client.presented(), &form)))
            .unwrap();
    }

    pub(crate) fn deactivate_alice(&self) {
        use crate::schema::users;
        use diesel::prelude::*;
        self.tx(|tx| Ok(diesel::update(users::table).set(users::active.eq(false)).execute(tx)?));
    }
}

pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: Option<ClientSecret>,
}

impl Client {
    pub(crate) fn presented(&self) -> PresentedClient {
        let method = match self.secret {
            Some(_) => ClientAuthMethod::ClientSecretBasic,
            None => ClientAuthMethod::None,
        };
        PresentedClient { client_id: self.id.clone(), method, secret: self.secret.clone() }
    }

    /// The query of an authorization request.
    pub(crate) fn request(&self, verifier: &CodeVerifier, more: &str) -> String {
        format!(
            "response_type=code&client_id={}&redirect_uri={CALLBACK}&state=s-1&code_challenge={}\
             &code_challenge_method=S256{more}",
            self.id,
            verifier.challenge().as_str()
        )
    }
}

pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) verifier: String,
}

impl Code {
    pub(crate) fn form(&self) -> String {
        self.form_with(&self.verifier, &format!("&redirect_uri={CALLBACK}"))
    }

    pub(crate) fn form_with(&self, verifier: &str, more: &str) -> String {
        format!("grant_type=authorization_code&code={}&code_verifier={verifier}{more}", self.code)
    }
}

pub(crate) fn param(response: &AuthorizationResponse, name: &str) -> Option<String> {
    response.params.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

pub(crate) fn answer<T, E>(outcome: Result<T, Refused<E>>) -> Result<T, E> {
    match outcome {
        Ok(done) => Ok(done),
        Err(Refused::Answer(error)) => Err(error),
        Err(Refused::Fault(fault)) => panic!("{fault}"),
    }
}

fn run<T>(database: &Database, mut work: impl FnMut(&mut Tx) -> Result<T, crate::Fault>) -> T {
    let outcome: Result<T, Refused<()>> = database.transaction(|tx| Ok(work(tx)?));
    answer(outcome).unwrap()
}

/// Twenty threads at once.
pub(crate) fn twenty<T: Send>(work: impl Fn() -> T + Sync) -> Vec<T> {
    let barrier = std::sync::Barrier::new(20);
    std::thread::scope(|scope| {
        let spawn = |_| {
            scope.spawn(|| {
                barrier.wait();
                work()
            })
        };
        let threads: Vec<_> = (0..20).map(spawn).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// RSA keys take long to find: one set for all tests of a process, copied row by row.
fn copy_keys(database: &Database, clock: &Clock) {
    use crate::models::signing_keys::StoredKey;
    static KEYS: OnceLock<Vec<StoredKey>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let source = sqlite();
        Keys::open(&source, &master_key(), clock.clone()).unwrap();
        run(&source, StoredKey::all)
    });
    run(database, |tx| keys.iter().try_for_each(|key| key.insert(tx)));
}
