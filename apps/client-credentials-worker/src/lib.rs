//! A machine at work: the client credentials grant of OAuth 2 (RFC 6749 §4.4).
//!
//! Nobody signs in here. The worker has an account of its own at the authorization server, a
//! client id and a secret, and gets access tokens for itself. With them it takes texts from an
//! API, makes a report of each (how many words, lines and characters), and puts the reports back,
//! round after round.
//!
//! To make a worker of your own of it, replace [`Report`] and `api`; the rest stays.

mod api;
mod report;
mod settings;
mod status;
mod worker;

pub use api::ApiError;
pub use report::Report;
pub use settings::Settings;
pub use status::{Snapshot, Status};
pub use worker::{RoundError, Worker};
