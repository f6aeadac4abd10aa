//! Bearer tokens at a resource server: taken from the request (RFC 6750 §2.1), validated, and
//! checked for the scope that a route needs; refusals are challenges to the letter of RFC 6750 §3.
//!
//! A handler names what it wants in its signature, with the same words in axum
//! ([`axum`](self::axum)) and actix-web ([`actix`](self::actix)):
//!
//! | extractor | who gets in | otherwise |
//! | --- | --- | --- |
//! | [`Authenticated`] | any valid token | 401 |
//! | [`Scoped<R>`] | a valid token with the scope of `R` | 401, 403 |
//! | [`MaybeAuthenticated`] | a valid token or none | 401 for a bad one |
//!
//! An [`AccessToken`] can only come out of a [`TokenValidator`], so a function that asks for one
//! cannot be reached with an unchecked token.
//!
//! # Example
//! ```
//! use auth_core::bearer::{BearerError, bearer_token};
//!
//! let token = bearer_token(&["Bearer mF_9.B5f-4.1JqM"])?.expect("one came");
//! assert_eq!(token.secret(), "mF_9.B5f-4.1JqM");
//! assert!(bearer_token(&[])?.is_none());
//! assert_eq!(bearer_token(&["Bearer two words"]).unwrap_err(), BearerError::Malformed);
//! # Ok::<(), BearerError>(())
//! ```

mod access_token;
mod authenticated;
mod error;
mod extraction;
mod introspecting;
mod validator;

#[cfg(feature = "actix")]
pub mod actix;
#[cfg(feature = "axum")]
pub mod axum;

pub use access_token::{AccessToken, require};
pub use authenticated::{
    Authenticated, BearerState, MaybeAuthenticated, RequiredScope, Scoped, authenticate,
};
pub use error::{BearerError, BearerRejection};
pub use extraction::bearer_token;
pub use validator::{TokenValidator, ValidateToken};
