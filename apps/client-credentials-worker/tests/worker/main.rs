//! The worker against an authorization server and an API in miniature, over real HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod program;
mod rounds;
mod world;
