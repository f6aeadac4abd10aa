//! What the decisions need beside the transaction: rules, keys and time.

use std::{sync::Arc, time::Duration};

use auth_core::{
    clock::{Clock, Timestamp},
    scope::Scopes,
    settings::Issuer,
};

use crate::{
    keys::Keys,
    settings::{ScopeDescription, Settings},
};

/// The settings that the protocol knows, with keys and clock. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) issuer: Issuer,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) keys: Keys,
    clock: Clock,
    scopes: Arc<[ScopeDescription]>,
}

/// How long things live.
#[derive(Clone, Copy)]
pub(crate) struct Lifetimes {
    pub(crate) authorization_request: Duration,
    pub(crate) authorization_code: Duration,
    pub(crate) access_token: Duration,
    pub(crate) id_token: Duration,
    pub(crate) refresh_token: Duration,
    pub(crate) refresh_token_absolute: Duration,
    pub(crate) refresh_token_grace: Duration,
}

impl Context {
    pub(crate) fn new(settings: &Settings, keys: Keys) -> Self {
        Self {
            issuer: settings.issuer.clone(),
            lifetimes: Lifetimes {
                authorization_request: settings.authorization_request_lifetime,
                authorization_code: settings.authorization_code_lifetime,
                access_token: settings.access_token_lifetime,
                id_token: settings.id_token_lifetime,
                refresh_token: settings.refresh_token_lifetime,
                refresh_token_absolute: settings.refresh_token_absolute_lifetime,
                refresh_token_grace: settings.refresh_token_grace,
            },
            keys,
            clock: settings.clock.clone(),
            scopes: settings.scopes.clone().into(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Every scope that exists.
    pub(crate) fn scopes(&self) -> Scopes {
        self.scopes.iter().map(|known| known.scope.clone()).collect()
    }

    /// The scopes of a set with their descriptions, in the order in which the settings list them.
    pub(crate) fn describe(&self, scopes: &Scopes) -> impl Iterator<Item = &ScopeDescription> {
        self.scopes.iter().filter(|known| scopes.contains(known.scope.as_str()))
    }
}
