//! `authorization-server createapplication`.

use auth_core::client_authentication::ClientAuthMethod;
use auth_core::redirect_uri::ClientType;
use auth_core::scope::Scopes;
use auth_core::secret::ClientSecret;

use crate::admin::{self, AdminError, NewApplication};
use crate::settings::DatabaseOption;

use super::{Failure, secret_input, with_database};

#[derive(clap::Args)]
pub(super) struct CreateApplication {
    #[command(flatten)]
    database: DatabaseOption,
    /// What the consent page calls it
    #[arg(long)]
    name: String,
    /// Identifier [default: a random one]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// confidential: runs where it can keep a secret; public: on people's devices, or in a browser
    #[arg(long, value_name = "TYPE", value_parser = client_type)]
    client_type: ClientType,
    /// authorization-code, refresh-token, client-credentials, separated by commas, or their URNs; a resource server
    /// that only introspects needs none
    #[arg(
        long,
        value_name = "A,B",
        value_delimiter = ',',
        required_unless_present = "resource_server",
        value_parser = grant_type
    )]
    grant_types: Vec<String>,
    /// Where codes may be sent, separated by spaces; compared exactly
    #[arg(long, value_name = "'URI URI'")]
    redirect_uris: Option<String>,
    /// Scopes it may ask for, separated by spaces; the server grants those of them that it has in AS_SCOPES [default: every
    /// scope of the server]
    #[arg(long, value_name = "'A B'", value_parser = scopes)]
    scopes: Option<Scopes>,
    /// Resources it may have tokens for, separated by spaces [default: only this server]
    #[arg(long, value_name = "'URI URI'")]
    audiences: Option<String>,
    /// Resources that it serves, separated by spaces: it may introspect the tokens made for them
    #[arg(long, value_name = "'URI URI'")]
    resource_server: Option<String>,
    /// client_secret_basic, client_secret_post or none [default: by the type]
    #[arg(long, value_name = "METHOD", value_parser = auth_method)]
    token_endpoint_auth_method: Option<ClientAuthMethod>,
    /// Do not ask users for consent; for your own applications
    #[arg(long)]
    skip_authorization: bool,
    /// Read the client's secret from standard input instead of making a random one
    #[arg(long)]
    client_secret_stdin: bool,
    /// If there is an application of that client_id, leave it as it is, and call that a success
    #[arg(long, requires = "client_id")]
    if_missing: bool,
}

impl CreateApplication {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let client_secret = if self.client_secret_stdin {
            Some(ClientSecret::new(secret_input::read("client secret")?.secret()))
        } else {
            None
        };
        let new = NewApplication {
            client_id: self.client_id,
            token_endpoint_auth_method: self.token_endpoint_auth_method,
            grant_types: self.grant_types,
            redirect_uris: words(self.redirect_uris),
            scopes: self.scopes,
            audiences: words(self.audiences),
            resource_server: words(self.resource_server),
            skip_authorization: self.skip_authorization,
            client_secret,
            ..NewApplication::new(self.name, self.client_type)
        };
        let created =
            with_database(self.database, move |database| Ok(admin::create_application(database, new)))
                .await?;
        let created = match created {
            Err(AdminError::Taken(_)) if self.if_missing => return Ok(()),
            created => created?,
        };
        let mut line = serde_json::json!({ "client_id": created.client_id });
        if let Some(secret) = &created.client_secret {
            line["client_secret"] = secret.secret().into();
        }
        println!("{line}");
        Ok(())
    }
}

fn words(text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

fn client_type(text: &str) -> Result<ClientType, &'static str> {
    ClientType::parse(text).ok_or("choose confidential or public")
}

fn auth_method(text: &str) -> Result<ClientAuthMethod, &'static str> {
    ClientAuthMethod::parse(text).ok_or("choose client_secret_basic, client_secret_post or none")
}

fn scopes(text: &str) -> Result<Scopes, String> {
    Scopes::parse(text).map_err(|error| error.to_string())
}

/// The name that travels as `grant_type`, from that name, from the same with hyphens, or from a
/// URN (RFC 8693 §2.1 and the like), whose last part is written either way.
fn grant_type(text: &str) -> Result<String, &'static str> {
    const KNOWN: [&str; 3] = ["authorization_code", "refresh_token", "client_credentials"];
    let short = text.trim().strip_prefix("urn:ietf:params:oauth:grant-type:").unwrap_or(text.trim());
    let short = short.replace('-', "_");
    let known = KNOWN.into_iter().find(|known| *known == short);
    known.map(str::to_owned).ok_or("choose among authorization-code, refresh-token, client-credentials")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_type_has_three_spellings() {
        for text in [
            "client_credentials",
            "client-credentials",
            "urn:ietf:params:oauth:grant-type:client-credentials",
            "urn:ietf:params:oauth:grant-type:client_credentials",
        ] {
            assert_eq!(grant_type(text), Ok("client_credentials".to_owned()), "{text}");
        }
        assert!(grant_type("password").is_err());
        assert!(grant_type("implicit").is_err());
    }
}
