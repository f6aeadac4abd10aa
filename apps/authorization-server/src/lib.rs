//! An OAuth 2 and OpenID Connect authorization server: what Django OAuth Toolkit does, in Rust.
//!
//! `web` answers HTTP and decides nothing. `oauth` and `oidc` decide: synchronous functions over a database
//! transaction, without a type of HTTP. `models` are the rows, `db` the two databases behind them, `keys` the
//! signing keys, `admin` what an operator does.

pub mod admin;
mod app;
pub mod cli;
mod context;
mod db;
mod keys;
mod models;
mod oauth;
mod oidc;
mod schema;
pub mod settings;
#[cfg(test)]
mod testing;
mod web;

pub use app::App;
pub use db::{Database, DatabaseError, Fault};
pub use settings::{MasterKey, Options, ScopeDescription, Settings};
