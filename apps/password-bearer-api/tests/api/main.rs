//! Drives the API over HTTP, rule by rule.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access_tokens;
mod accounts;
mod admin;
#[path = "../support/app.rs"]
mod app;
mod login;
mod refresh;
mod sessions;
mod surroundings;
mod throttle;
