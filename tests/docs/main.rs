//! The book against the code: its commands are run, its links followed, its citations looked up, and its reference
//! pages compared with what the apps say of themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests fail by panicking

mod anchors;
mod blocks;
mod chapters;
mod citations;
mod commands;
mod house;
mod html;
mod links;
mod paths;
mod pitfalls;
mod read;
mod reference;
mod served;
mod session;
mod shown;
