//! The vocabulary and the rules of OAuth 2 and OpenID Connect, shared by every app of the
//! workspace.
//!
//! One module per concept, named with the word that the specifications use. Nothing here stores
//! anything, and nothing here knows a web framework unless the feature `axum` or `actix` is on:
//! the decisions are plain functions over plain types, so that each can be read beside the RFC
//! it comes from and be tested without a server.
//!
//! | To … | see |
//! | --- | --- |
//! | hold a secret, compare it, store its digest | [`secret`] |
//! | read time from a clock that tests can move | [`clock`] |
//! | parse forms and queries strictly | [`params`] |
//! | parse and compare scopes | [`scope`] |
//! | check a PKCE verifier | [`pkce`] |
//! | validate and compare redirect URIs | [`redirect_uri`] |
//! | answer an error as JSON, redirect or challenge | [`error`] |
//! | find out which client is calling | [`client_authentication`] |
//! | read settings, refuse weak ones | [`settings`] |
//! | hash and verify passwords | [`password`] |
//! | sign and verify tokens | [`jwt`], [`jwks`] |
//! | protect an API | [`bearer`], [`introspection`] |
//! | call other servers, and find their endpoints | [`http_client`], [`metadata`] |
//! | get tokens for a machine | [`token_source`] |
//! | send security headers | [`headers`] |
//! | put a template into the layout of all apps | [`pages`] |
//! | hold back who tries too often, and know who it is | [`throttle`], [`peer`] |
//! | run a server with limits, health and a graceful end | [`server`] |
//! | tell what stays on this machine | [`loopback`] |
//! | show each message to the flow inspector, on loopback | [`wire`] |

#![warn(missing_docs, missing_debug_implementations)]

pub mod bearer;
pub mod client_authentication;
pub mod clock;
pub mod error;
pub mod headers;
pub mod http_client;
pub mod introspection;
pub mod jwks;
pub mod jwt;
pub mod login;
pub mod loopback;
pub mod metadata;
pub mod pages;
pub mod params;
pub mod password;
pub mod peer;
pub mod pkce;
pub mod redirect_uri;
pub mod scope;
pub mod secret;
pub mod server;
pub mod settings;
pub mod throttle;
pub mod token_source;
pub mod wire;
