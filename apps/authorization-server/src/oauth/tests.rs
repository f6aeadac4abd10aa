//! The decisions, driven as a server would drive them, on SQLite and (with `TEST_POSTGRES_URL`) on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod authorizing;
mod client_credentials;
mod codes;
mod consenting;
mod introspecting;
mod refreshing;
mod signing_in;
