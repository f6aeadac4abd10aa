//! Registering applications.

use auth_core::{
    client_authentication::ClientAuthMethod,
    clock::Clock,
    redirect_uri::{ClientType, RedirectUri},
    scope::Scopes,
    secret::{ClientSecret, random_id},
    settings::refuse_weak_secret,
};
use url::Url;
use uuid::Uuid;

use super::{AdminError, check_shown, invalid, transaction};
use crate::{
    db::{Database, Refused},
    models::applications::Application,
    oauth::grants::GrantType,
};

/// What is to be registered.
#[derive(Debug)]
pub struct NewApplication {
    /// What the consent page calls it.
    pub name: String,
    /// A random one when `None`.
    pub client_id: Option<String>,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// `client_secret_basic` for a confidential client, `none` for a public one, when `None`.
    pub token_endpoint_auth_method: Option<ClientAuthMethod>,
    /// `authorization_code`, `refresh_token`, `client_credentials`.
    pub grant_types: Vec<String>,
    /// Where codes may be sent.
    pub redirect_uris: Vec<String>,
    /// The most it may ask for; every scope of the server when `None`.
    pub scopes: Option<Scopes>,
    /// Resources that it may have tokens for; the server itself when there are none.
    pub audiences: Vec<String>,
    /// Resources that it serves: it may introspect the tokens made for them.
    pub resource_server: Vec<String>,
    /// Its users are not asked for consent.
    pub skip_authorization: bool,
    /// A random one when `None`; public clients have none.
    pub client_secret: Option<ClientSecret>,
}

impl NewApplication {
    /// An application with this name and type, and nothing else yet.
    pub fn new(name: impl Into<String>, client_type: ClientType) -> Self {
        Self {
            name: name.into(),
            client_id: None,
            client_type,
            token_endpoint_auth_method: None,
            grant_types: Vec::new(),
            redirect_uris: Vec::new(),
            scopes: None,
            audiences: Vec::new(),
            resource_server: Vec::new(),
            skip_authorization: false,
            client_secret: None,
        }
    }
}

/// What was registered.
#[derive(Debug)]
pub struct Created {
    /// RFC 6749 §2.2.
    pub client_id: String,
    /// Shown this once: what is stored is its digest.
    pub client_secret: Option<ClientSecret>,
}

/// Registers an application.
///
/// # Errors
/// When the `client_id` is taken, or something given breaks a rule; the error says which.
pub fn create_application(database: &Database, new: NewApplication) -> Result<Created, AdminError> {
    let (application, client_secret) = check(new)?;
    transaction(database, |tx| {
        if Application::find(tx, &application.client_id)?.is_some() {
            return Err(Refused::Answer(AdminError::Taken("client-id")));
        }
        Ok(application.insert(tx)?)
    })?;
    Ok(Created { client_id: application.client_id, client_secret })
}

fn check(new: NewApplication) -> Result<(Application, Option<ClientSecret>), AdminError> {
    check_shown("name", &new.name, 100)?;
    let is_public = new.client_type == ClientType::Public;
    let client_id = new.client_id.unwrap_or_else(|| random_id(32));
    check_client_id(&client_id)?;

    let default_method = if is_public { ClientAuthMethod::None } else { ClientAuthMethod::ClientSecretBasic };
    let method = new.token_endpoint_auth_method.unwrap_or(default_method);
    if is_public != (method == ClientAuthMethod::None) {
        return Err(invalid(
            "token-endpoint-auth-method",
            "does not fit the client type",
            "a public client has none, a confidential one client_secret_basic or client_secret_post",
        ));
    }
    let client_secret = match (is_public, new.client_secret) {
        // RFC 6749 §10.1: a secret in every copy of a program is none.
        (true, Some(_)) => {
            return Err(invalid("client-secret", "is for confidential clients", "leave it out"));
        }
        (true, None) => None,
        (false, None) => Some(ClientSecret::generate()),
        (false, Some(secret)) => {
            // It is stored as a plain digest, which is as good as the secret is random.
            refuse_weak_secret("client-secret", secret.secret(), 32)?;
            Some(secret)
        }
    };

    let grant_types: std::collections::BTreeSet<_> = new
        .grant_types
        .iter()
        .map(|grant| {
            GrantType::parse(grant).ok_or_else(|| {
                invalid(
                    "grant-types",
                    "has an unknown one",
                    "choose among authorization_code, refresh_token, client_credentials",
                )
            })
        })
        .collect::<Result<_, _>>()?;
    // A resource server that only introspects needs no grant.
    if grant_types.is_empty() && new.resource_server.is_empty() {
        return Err(invalid("grant-types", "is empty", "name at least one, or make it a resource server"));
    }
    if is_public && grant_types.contains(&GrantType::ClientCredentials) {
        return Err(invalid(
            "grant-types",
            "has client_credentials",
            "only a confidential client can use it",
        ));
    }
    if grant_types.contains(&GrantType::RefreshToken) && !grant_types.contains(&GrantType::AuthorizationCode)
    {
        return Err(invalid(
            "grant-types",
            "has refresh_token alone",
            "add authorization_code, which gives such tokens",
        ));
    }

    let redirect_uris = new
        .redirect_uris
        .iter()
        .map(|uri| {
            RedirectUri::parse(uri, new.client_type).map_err(|error| {
                invalid("redirect-uris", format!("has one that can't be registered ({error})"), "correct it")
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    if grant_types.contains(&GrantType::AuthorizationCode) && redirect_uris.is_empty() {
        return Err(invalid("redirect-uris", "is empty", "name where codes may be sent"));
    }
    check_resources("audiences", &new.audiences)?;
    check_resources("resource-server", &new.resource_server)?;
    if is_public && !new.resource_server.is_empty() {
        return Err(invalid(
            "resource-server",
            "is for confidential clients",
            "introspection wants authentication",
        ));
    }
    let application = Application {
        client_id,
        name: new.name.trim().to_owned(),
        client_type: new.client_type,
        token_endpoint_auth_method: method,
        secret_digest: client_secret.as_ref().map(|secret| secret.digest().into()),
        grant_types,
        redirect_uris,
        scopes: new.scopes,
        audiences: new.audiences,
        resource_server: new.resource_server,
        skip_authorization: new.skip_authorization,
        created_at: Clock::system().now().unix(),
    };
    Ok((application, client_secret))
}

fn check_client_id(client_id: &str) -> Result<(), AdminError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._~-".contains(c);
    if client_id.is_empty() || client_id.len() > 100 || !client_id.chars().all(allowed) {
        return Err(invalid("client-id", "can't be used", "write up to 100 letters, digits and . _ ~ -"));
    }
    // RFC 9700 §4.15: a client's own token has the client_id as its subject. Users' subjects are UUIDs, so a
    // client that is called like one could pass for that user.
    if Uuid::parse_str(client_id).is_ok() {
        return Err(invalid("client-id", "is a UUID", "choose another one: UUIDs are the subjects of users"));
    }
    Ok(())
}

/// RFC 8707 §2: absolute URIs without a fragment.
fn check_resources(field: &str, resources: &[String]) -> Result<(), AdminError> {
    for resource in resources {
        let is_absolute = Url::parse(resource).is_ok_and(|url| url.fragment().is_none());
        if !is_absolute || resource.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(invalid(
                field,
                "has one that is no absolute URI",
                "write each as https://api.example.com",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn confidential() -> NewApplication {
        NewApplication {
            grant_types: vec!["authorization_code".into()],
            redirect_uris: vec!["https://app.example/callback".into()],
            ..NewApplication::new("App", ClientType::Confidential)
        }
    }

    fn public() -> NewApplication {
        NewApplication { client_type: ClientType::Public, ..confidential() }
    }

    fn refused(new: NewApplication) -> String {
        check(new).err().unwrap().to_string()
    }

    #[test]
    fn a_confidential_client_gets_a_secret_and_a_public_one_none() {
        let (application, secret) = check(confidential()).unwrap();
        assert!(application.secret_matches(&secret.unwrap()));
        assert_eq!(application.token_endpoint_auth_method, ClientAuthMethod::ClientSecretBasic);
        let (application, secret) = check(public()).unwrap();
        assert!(secret.is_none());
        assert_eq!(application.token_endpoint_auth_method, ClientAuthMethod::None);
    }

    #[test]
    fn a_client_that_could_pass_for_a_user_is_refused() {
        let id = Uuid::new_v4();
        for client_id in [id.to_string(), id.simple().to_string(), "a b".into(), String::new(), "a:b".into()]
        {
            assert!(
                refused(NewApplication { client_id: Some(client_id), ..confidential() })
                    .starts_with("client-id ")
            );
        }
    }

    #[test]
    fn what_breaks_a_rule_is_refused_with_its_field() {
        let secret = || Some(ClientSecret::generate());
        let weak = Some(ClientSecret::new("changeme"));
        let grants = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let uris = |uri: &str| vec![uri.to_owned()];
        let none = Some(ClientAuthMethod::None);
        let basic = Some(ClientAuthMethod::ClientSecretBasic);
        for (new, field) in [
            (NewApplication { name: " ".into(), ..confidential() }, "name"),
            (NewApplication { name: "Bank\u{200B}".into(), ..confidential() }, "name"),
            (
                NewApplication { token_endpoint_auth_method: none, ..confidential() },
                "token-endpoint-auth-method",
            ),
            (NewApplication { token_endpoint_auth_method: basic, ..public() }, "token-endpoint-auth-method"),
            (NewApplication { client_secret: secret(), ..public() }, "client-secret"),
            (NewApplication { client_secret: weak, ..confidential() }, "client-secret"),
            (NewApplication { grant_types: grants(&[]), ..confidential() }, "grant-types"),
            (NewApplication { grant_types: grants(&["password"]), ..confidential() }, "grant-types"),
            (NewApplication { grant_types: grants(&["refresh_token"]), ..confidential() }, "grant-types"),
            (NewApplication { grant_types: grants(&["client_credentials"]), ..public() }, "grant-types"),
            (NewApplication { redirect_uris: Vec::new(), ..confidential() }, "redirect-uris"),
            (
                NewApplication { redirect_uris: uris("http://app.example/"), ..confidential() },
                "redirect-uris",
            ),
            (
                NewApplication { redirect_uris: uris("com.example.app:/cb"), ..confidential() },
                "redirect-uris",
            ),
            (NewApplication { audiences: uris("api"), ..confidential() }, "audiences"),
            (NewApplication { audiences: uris("https://api.example/#x"), ..confidential() }, "audiences"),
            (NewApplication { resource_server: uris("https://api.example"), ..public() }, "resource-server"),
        ] {
            let error = refused(new);
            assert!(error.starts_with(&format!("{field} ")), "{field}: {error}");
        }
    }
}
