//! The app over HTTP, with a small provider of the tests' own that signs real tokens and can be
//! told to misbehave in every way that the app must notice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;
mod callback;
mod id_token;
mod notes;
mod pages;
mod provider;
mod refresh;
mod sign_out;
mod start;
