//! What the first start puts into the authorization server: two users and three clients.
//!
//! Each start asks for all of it again and takes "is there already" for an answer. So a second start
//! changes nothing, and a first one that was interrupted is completed.

use auth_core::redirect_uri::ClientType;
use auth_core::scope::Scopes;
use auth_core::secret::{ClientSecret, Password, random_id};
use auth_core::server::StartError;
use authorization_server::Database;
use authorization_server::admin::{self, AdminError, NewApplication, NewUser};
use serde::{Deserialize, Serialize};

use crate::data::{DataFolder, unusable};
use crate::settings::Addresses;

/// Somebody who can sign in. The password is no secret: it stands on the page.
pub(crate) struct DemoUser {
    pub(crate) username: &'static str,
    pub(crate) password: &'static str,
    name: &'static str,
    email: &'static str,
}

pub(crate) const DEMO_USERS: [DemoUser; 2] = [
    DemoUser {
        username: "alice",
        password: "open-sesame-alice",
        name: "Alice Example",
        email: "alice@example.com",
    },
    DemoUser { username: "bob", password: "open-sesame-bob", name: "Bob Example", email: "bob@example.com" },
];

pub(crate) const CLIENT_SCOPES: &str = "openid profile email offline_access notes:read notes:write";
pub(crate) const WORKER_SCOPES: &str = "reports:write";

/// A client's identifier and secret.
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: ClientSecret,
}

/// The credentials of all clients.
pub(crate) struct Clients {
    pub(crate) web: Credentials,
    pub(crate) worker: Credentials,
    pub(crate) resource_api: Credentials,
}

/// What a client is registered with. It is kept beside the secret: where a later start has other
/// ports, it registers a client of another name, for redirect URIs are compared exactly.
#[derive(PartialEq, Serialize, Deserialize)]
struct Registration {
    name: String,
    grant_types: Vec<String>,
    redirect_uris: Vec<String>,
    scopes: String,
    audiences: Vec<String>,
    resource_server: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredClient {
    client_id: String,
    client_secret: String,
    registration: Registration,
}

/// Makes what is missing.
pub(crate) async fn seed(data: &DataFolder, db: &Database, at: &Addresses) -> Result<Clients, StartError> {
    for user in DEMO_USERS {
        create_user(db, user).await?;
    }
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let web = Registration {
        name: "Notes".to_owned(),
        grant_types: words(&["authorization_code", "refresh_token"]),
        redirect_uris: vec![format!("{}/callback", at.client)],
        scopes: CLIENT_SCOPES.to_owned(),
        audiences: words(&[&at.resource_api]),
        resource_server: Vec::new(),
    };
    let worker = Registration {
        name: "Report worker".to_owned(),
        grant_types: words(&["client_credentials"]),
        redirect_uris: Vec::new(),
        scopes: WORKER_SCOPES.to_owned(),
        audiences: words(&[&at.resource_api]),
        resource_server: Vec::new(),
    };
    // It asks for no tokens, only about those of others.
    let resource_api = Registration {
        name: "Notes API".to_owned(),
        grant_types: Vec::new(),
        redirect_uris: Vec::new(),
        scopes: String::new(),
        audiences: Vec::new(),
        resource_server: words(&[&at.resource_api]),
    };
    Ok(Clients {
        web: create_client(data, db, "web-client", web).await?,
        worker: create_client(data, db, "worker", worker).await?,
        resource_api: create_client(data, db, "resource-api", resource_api).await?,
    })
}

/// The same two people, once more: the password bearer API has users of its own.
pub(crate) async fn seed_password_bearer_api(db: &password_bearer_api::Database) -> Result<(), StartError> {
    use password_bearer_api::admin::{CreateUserError, NewUser, create_user};
    for user in DEMO_USERS {
        let mut new = NewUser::new(user.username, Password::new(user.password));
        new.email = Some(user.email.to_owned());
        new.full_name = Some(user.name.to_owned());
        match create_user(db, new).await {
            Ok(()) | Err(CreateUserError::Taken) => {}
            Err(error) => return Err(failed(user.username, &error)),
        }
    }
    Ok(())
}

async fn create_user(db: &Database, user: DemoUser) -> Result<(), StartError> {
    let new = NewUser {
        username: user.username.to_owned(),
        password: Password::new(user.password),
        email: Some(user.email.to_owned()),
        name: Some(user.name.to_owned()),
        staff: false,
    };
    match admin::create_user(db, new).await {
        Ok(_) | Err(AdminError::Taken(_)) => Ok(()),
        Err(error) => Err(failed(user.username, &error)),
    }
}

/// The credentials are written down before the client is registered with them: whatever happens
/// in between, the next start finds the same ones and registers them.
async fn create_client(
    data: &DataFolder,
    db: &Database,
    id: &str,
    wanted: Registration,
) -> Result<Credentials, StartError> {
    let file = format!("{id}.client.json");
    let stored = match data.read(&file)? {
        Some(text) => Some(
            serde_json::from_str::<StoredClient>(&text)
                .map_err(|error| unusable(&data.path().join(&file), &error.to_string()))?,
        ),
        None => None,
    };
    let client = match stored {
        Some(client) if client.registration == wanted => client,
        _ => {
            let client = StoredClient {
                client_id: format!("{id}-{}", random_id(6)),
                client_secret: ClientSecret::generate().secret().to_owned(),
                registration: wanted,
            };
            let text = serde_json::to_string_pretty(&client)
                .map_err(|error| unusable(&data.path().join(&file), &error.to_string()))?;
            data.write(&file, &text)?;
            client
        }
    };
    let registration = client.registration;
    let credentials =
        Credentials { client_id: client.client_id, client_secret: ClientSecret::new(client.client_secret) };
    let scopes = Scopes::parse(&registration.scopes).map_err(|error| failed(id, &error))?;
    let new = NewApplication {
        client_id: Some(credentials.client_id.clone()),
        client_secret: Some(credentials.client_secret.clone()),
        grant_types: registration.grant_types,
        redirect_uris: registration.redirect_uris,
        scopes: Some(scopes),
        audiences: registration.audiences,
        resource_server: registration.resource_server,
        ..NewApplication::new(registration.name, ClientType::Confidential)
    };
    let db = db.clone();
    let created = tokio::task::spawn_blocking(move || admin::create_application(&db, new)).await;
    match created {
        Ok(Ok(_) | Err(AdminError::Taken(_))) => Ok(credentials),
        Ok(Err(error)) => Err(failed(id, &error)),
        Err(error) => Err(failed(id, &error)),
    }
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> StartError {
    StartError::new(
        format!("{what} could not be made in the database: {error}"),
        "delete the data folder to begin anew",
    )
}
