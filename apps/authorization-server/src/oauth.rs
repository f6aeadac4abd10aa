//! The decisions of OAuth 2, one file per endpoint, one per grant. No HTTP here: each is a function over a
//! transaction and the [`Context`](crate::context::Context), and reads in the order of its RFC.

mod access_token;
pub(crate) mod authorization_request;
mod authorization_response;
pub(crate) mod authorize;
mod client;
mod consent;
pub(crate) mod grants;
pub(crate) mod introspect;
pub(crate) mod metadata;
mod resource;
pub(crate) mod revoke;
mod scopes;
pub(crate) mod token;

pub(crate) use access_token::{unverified, verify as verify_access_token};
pub(crate) use client::EndpointError;

#[cfg(test)]
mod tests;
