//! What each user has allowed each client before: so that it is not asked twice.

use auth_core::{clock::Timestamp, scope::Scopes};
use diesel::prelude::*;

use super::{join, parse_scopes, split};
use crate::{
    db::{Fault, Tx},
    schema::consents,
};

#[derive(Default)]
pub(crate) struct Consent {
    pub(crate) scopes: Scopes,
    pub(crate) resources: Vec<String>,
}

impl Consent {
    /// Nothing, when the user was never asked.
    pub(crate) fn find(tx: &mut Tx, user_id: &str, client_id: &str) -> Result<Self, Fault> {
        let found: Option<(String, String)> = consents::table
            .find((user_id, client_id))
            .select((consents::scopes, consents::resources))
            .first(tx)
            .optional()?;
        let Some((scopes, resources)) = found else { return Ok(Self::default()) };
        Ok(Self { scopes: parse_scopes(&scopes)?, resources: split(&resources) })
    }

    pub(crate) fn covers(&self, scopes: &Scopes, resources: &[String]) -> bool {
        scopes.is_subset_of(&self.scopes)
            && resources.iter().all(|resource| self.resources.contains(resource))
    }

    /// Adds to what was allowed before; allowing less today takes nothing away that is in use elsewhere.
    ///
    /// What is remembered is each scope at each resource. Where adding would make a pair of them that was never
    /// on one page, the latest answer stands alone, and the user is asked about the earlier one again.
    pub(crate) fn remember(
        mut self,
        tx: &mut Tx,
        user_id: &str,
        client_id: &str,
        scopes: &Scopes,
        resources: &[String],
        now: Timestamp,
    ) -> Result<(), Fault> {
        let is_within = |some: &[String], all: &[String]| some.iter().all(|resource| all.contains(resource));
        let makes_no_new_pair = (self.scopes.is_subset_of(scopes) || is_within(resources, &self.resources))
            && (scopes.is_subset_of(&self.scopes) || is_within(&self.resources, resources));
        if !makes_no_new_pair {
            self = Self::default();
        }
        self.scopes = self.scopes.union(scopes);
        for resource in resources {
            if !self.resources.contains(resource) {
                self.resources.push(resource.clone());
            }
        }
        let values = (
            consents::scopes.eq(self.scopes.to_string()),
            consents::resources.eq(join(&self.resources)),
            consents::granted_at.eq(now.unix()),
        );
        let updated =
            diesel::update(consents::table.find((user_id, client_id))).set(values.clone()).execute(tx)?;
        if updated == 0 {
            // A second consent at the same moment makes this one fail, run again and update.
            diesel::insert_into(consents::table)
                .values((consents::user_id.eq(user_id), consents::client_id.eq(client_id), values))
                .execute(tx)?;
        }
        Ok(())
    }
}
