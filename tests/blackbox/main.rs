//! Black-box tests: what every party promises, asked over HTTP. One module per topic; `articles` holds
//! the six scenarios that the articles tell their readers to test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests fail by panicking

mod articles;
mod authorize;
mod client_app;
mod client_attacks;
mod client_authentication;
mod client_credentials;
mod code;
mod commands;
mod consent;
mod containers;
mod csrf;
mod headers;
mod http_rules;
mod https;
mod inspector;
mod introspection;
mod keys;
mod login;
mod metadata;
mod password_bearer;
mod playground;
mod prompt;
mod redirect_uri;
mod refresh;
mod resource_api;
mod revocation;
mod settings;
mod several_servers;
mod throttle;
mod tokens;
mod userinfo;
mod worker;
