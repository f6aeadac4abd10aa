//! Interoperability with software that is not ours: the Rust crate `openidconnect` and Python's Authlib
//! each go through discovery, the code flow with PKCE and ID token validation, refresh, revocation and
//! client credentials.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests fail by panicking

mod authlib;
mod openidconnect_crate;
