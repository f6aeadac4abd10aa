//! The server over HTTP: headers, cookies, forms, limits and errors. What the endpoints decide is
//! tested where it is decided, and from outside in the workspace's `tests`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod authorization;
mod client_endpoints;
mod commands;
mod harness;
mod login;
mod metadata;
mod pages;
