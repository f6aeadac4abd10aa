//! The harness of the black-box tests: it starts the very same apps that the binaries start, each on
//! a free port with a fresh database and a clock that a test moves, and speaks to them over HTTP only.
//!
//! ```no_run
//! # async fn example() {
//! use tests::{Browser, TestServer};
//!
//! let server = TestServer::start().await;
//! server.user("alice").await;
//! let client = server.client("notes").await;
//! let mut browser = Browser::new();
//! browser.sign_in(&server, "alice").await;
//! let tokens = server.code_flow(&mut browser, &client, "openid notes:read").await;
//! assert!(tokens.refresh_token.is_none());
//! # }
//! ```
//!
//! Nothing here leans on how a server is built: where a value can be computed twice (the PKCE
//! challenge, a signature, `at_hash`) the harness computes it with code of its own, so that a mistake
//! in `auth-core` cannot agree with itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a harness fails by panicking

pub mod browser;
pub mod chrome;
pub mod client;
pub mod command;
mod database;
pub mod flow;
pub mod http;
pub mod jwt;
pub mod lone;
pub mod page;
pub mod playground;
pub mod postgres;
pub mod server;
pub mod stack;
pub mod stub;

pub use browser::Browser;
pub use client::{Client, NewClient};
pub use flow::{AuthorizationRequest, Authorized, Tokens};
pub use http::Reply;
pub use lone::LoneClient;
pub use server::TestServer;
pub use stack::Stack;
