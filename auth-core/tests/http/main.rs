//! What talks HTTP, over real HTTP: remote key sets, introspection, and the extractors of both
//! frameworks. Run with `cargo test -p auth-core --all-features --test http`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod frameworks;
mod introspection;
mod issuer;
mod remote_jwks;
mod token_source;
