//! Registered clients.

use std::collections::BTreeSet;

use auth_core::{
    client_authentication::ClientAuthMethod,
    redirect_uri::{ClientType, RedirectUri},
    scope::Scopes,
    secret::ClientSecret,
};
use diesel::prelude::*;

use super::{join, parse_scopes, split};
use crate::{
    db::{Fault, StoredDigest, Tx},
    oauth::grants::GrantType,
    schema::applications,
};

/// A registered client, as the rules use it.
#[derive(Clone)]
pub(crate) struct Application {
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) client_type: ClientType,
    pub(crate) token_endpoint_auth_method: ClientAuthMethod,
    pub(crate) secret_digest: Option<StoredDigest>,
    pub(crate) grant_types: BTreeSet<GrantType>,
    pub(crate) redirect_uris: Vec<RedirectUri>,
    /// Every scope of the server when `None`.
    pub(crate) scopes: Option<Scopes>,
    pub(crate) audiences: Vec<String>,
    pub(crate) resource_server: Vec<String>,
    pub(crate) skip_authorization: bool,
    pub(crate) created_at: i64,
}

impl Application {
    pub(crate) fn find(tx: &mut Tx, client_id: &str) -> Result<Option<Self>, Fault> {
        // PostgreSQL knows no NUL in a text; no client_id has one.
        if client_id.contains('\0') {
            return Ok(None);
        }
        let row: Option<Row> =
            applications::table.find(client_id).select(Row::as_select()).first(tx).optional()?;
        row.map(Self::try_from).transpose()
    }

    pub(crate) fn insert(&self, tx: &mut Tx) -> Result<(), Fault> {
        diesel::insert_into(applications::table).values(Row::from(self)).execute(tx)?;
        Ok(())
    }

    pub(crate) fn is_public(&self) -> bool {
        self.client_type == ClientType::Public
    }

    pub(crate) fn allows(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// In constant time; no secret matches a client that has none.
    pub(crate) fn secret_matches(&self, presented: &ClientSecret) -> bool {
        let stored = self.secret_digest.as_ref().and_then(StoredDigest::digest);
        stored.is_some_and(|stored| stored == presented.digest())
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = applications, treat_none_as_default_value = false)]
struct Row {
    client_id: String,
    name: String,
    client_type: String,
    token_endpoint_auth_method: String,
    secret_digest: Option<StoredDigest>,
    grant_types: String,
    redirect_uris: String,
    scopes: Option<String>,
    audiences: String,
    resource_server: String,
    skip_authorization: bool,
    created_at: i64,
}

impl From<&Application> for Row {
    fn from(application: &Application) -> Self {
        let grant_types: Vec<_> = application.grant_types.iter().map(|grant| grant.as_str()).collect();
        let redirect_uris: Vec<_> = application.redirect_uris.iter().map(RedirectUri::as_str).collect();
        Self {
            client_id: application.client_id.clone(),
            name: application.name.clone(),
            client_type: application.client_type.as_str().to_owned(),
            token_endpoint_auth_method: application.token_endpoint_auth_method.as_str().to_owned(),
            secret_digest: application.secret_digest.clone(),
            grant_types: join(&grant_types),
            redirect_uris: join(&redirect_uris),
            scopes: application.scopes.as_ref().map(Scopes::to_string),
            audiences: join(&application.audiences),
            resource_server: join(&application.resource_server),
            skip_authorization: application.skip_authorization,
            created_at: application.created_at,
        }
    }
}

impl TryFrom<Row> for Application {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self, Fault> {
        let unreadable = Fault::Unreadable;
        let client_type = ClientType::parse(&row.client_type).ok_or(unreadable("client_type"))?;
        Ok(Self {
            client_type,
            token_endpoint_auth_method: ClientAuthMethod::parse(&row.token_endpoint_auth_method)
                .ok_or(unreadable("token_endpoint_auth_method"))?,
            grant_types: row
                .grant_types
                .split_ascii_whitespace()
                .map(|grant| GrantType::parse(grant).ok_or(Fault::Unreadable("grant_types")))
                .collect::<Result<_, _>>()?,
            redirect_uris: row
                .redirect_uris
                .split_ascii_whitespace()
                .map(|uri| {
                    RedirectUri::parse(uri, client_type).map_err(|_| Fault::Unreadable("redirect_uris"))
                })
                .collect::<Result<_, _>>()?,
            scopes: row.scopes.as_deref().map(parse_scopes).transpose()?,
            audiences: split(&row.audiences),
            resource_server: split(&row.resource_server),
            client_id: row.client_id,
            name: row.name,
            secret_digest: row.secret_digest,
            skip_authorization: row.skip_authorization,
            created_at: row.created_at,
        })
    }
}
