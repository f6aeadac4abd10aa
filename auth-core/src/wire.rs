//! What the flow inspector sees: every inbound message of a party, with its secrets redacted.
//!
//! A server that is watched ([`crate::server::Server::watched`]) sends a [`Message`] for each request it
//! answers: who sent it, the parameters, the answer, and the functions that handled it. A reader of this
//! workspace sees their own click that way. It is for learning on one's own machine, and for nothing else:
//!
//! - it can be made for a party on loopback only ([`Wire::new`]), and records only what is addressed to
//!   loopback;
//! - values are shown by a list of those that are public; everything else, known or not, is redacted before
//!   it leaves the party, and a token loses its signature (module `redact`);
//! - whatever is shown passes one more filter, for secrets that stand where nobody looks for one (module `filter`);
//! - a party that is not watched does nothing of it: no copy, no header, no cookie.
//!
//! Messages belong together by the browser that caused them: a cookie, which all ports of one host share,
//! names it, and the calls that a party makes on its behalf carry the name on.
//!
//! # Example
//! ```
//! use auth_core::wire::Wire;
//!
//! let (sender, _messages) = tokio::sync::mpsc::channel(64);
//! assert!(Wire::new("resource-api", "http://localhost:8002", sender.clone()).is_ok());
//!
//! let refused = Wire::new("resource-api", "https://api.example", sender).unwrap_err();
//! assert!(refused.to_string().contains("loopback"));
//! ```

mod browser;
mod exchange;
mod filter;
mod handlers;
mod message;
#[cfg(any(feature = "axum", feature = "actix"))]
mod names;
mod random;
#[cfg(any(feature = "axum", feature = "actix"))]
mod redact;
mod report;
mod size;
#[cfg(any(feature = "axum", feature = "actix"))]
mod token;

use tokio::sync::mpsc;
use url::Url;

use crate::loopback::is_loopback;
use crate::settings::SettingsError;

pub use browser::browser;
#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) use browser::{Sender, carried, sender};
#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) use exchange::Exchange;
pub(crate) use exchange::calling;
pub use exchange::carry;
pub(crate) use handlers::handlers;
pub use message::{Body, Field, Handler, Message, Token, Value};
#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) use redact::{answer_fields, body, query_fields, request_fields, unread};

/// Names the browser whose click it is. Cookies ignore ports, so that all parties on one host see the same.
pub const BROWSER_COOKIE: &str = "wire_browser";
/// Carries [`BROWSER_COOKIE`]'s value from a party to the next one.
pub(crate) const BROWSER_HEADER: &str = "wire-browser";
/// Says which party calls.
pub(crate) const FROM_HEADER: &str = "wire-from";
/// Where a party in another process posts its messages, at the inspector's address: a JSON array of [`Message`].
pub const MESSAGES: &str = "/inspector/messages";
/// The setting that names the inspector's address.
pub const SETTING: &str = "WIRE_INSPECTOR";

/// A party's line to the flow inspector. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Wire {
    party: &'static str,
    sender: mpsc::Sender<Message>,
}

impl Wire {
    /// The line of `party`, whose own address is `own`, to an inspector in this process.
    ///
    /// # Errors
    /// When `own` is not on loopback: nobody's messages are watched but one's own.
    pub fn new(party: &'static str, own: &str, sender: mpsc::Sender<Message>) -> Result<Wire, SettingsError> {
        if loopback(own).is_some() {
            return Ok(Wire { party, sender });
        }
        Err(SettingsError::new(
            SETTING,
            format!("is for a party on loopback, and this one is at {own}"),
            "leave it out: what real users send is not for an inspector",
        ))
    }

    /// The line of `party` to the inspector whose address is the value of the setting [`SETTING`], if it has
    /// one: another process. Call it inside a Tokio runtime. Messages that can't be delivered are dropped.
    ///
    /// # Errors
    /// When `own` or the inspector is not on loopback.
    pub fn from_setting(
        party: &'static str,
        own: &str,
        inspector: Option<String>,
    ) -> Result<Option<Wire>, SettingsError> {
        let Some(inspector) = inspector.filter(|address| !address.is_empty()) else { return Ok(None) };
        // ANCHOR: loopback_inspector
        let url = loopback(&inspector).filter(|url| url.scheme() == "http");
        let url = url.and_then(|url| url.join(MESSAGES).ok()).ok_or_else(|| {
            SettingsError::new(
                SETTING,
                "is not an http address on loopback",
                "write it as http://localhost:8080, or leave it out",
            )
        })?;
        let (sender, messages) = mpsc::channel(256);
        let wire = Wire::new(party, own, sender)?;
        // ANCHOR_END: loopback_inspector
        tokio::spawn(report::forward(messages, url));
        Ok(Some(wire))
    }

    /// Runs `work` as this party: what it asks of other parties is shown as coming from it. For a party
    /// without a server, such as a worker.
    pub async fn calling<F: Future>(&self, work: F) -> F::Output {
        exchange::Exchange::new(self.party, None).scope(work).await
    }

    /// The name that the inspector shows.
    #[cfg(any(feature = "axum", feature = "actix"))]
    pub(crate) fn party(&self) -> &'static str {
        self.party
    }

    /// Shows a message, without what may be a secret in it. An inspector that is slow or gone must not hold up a
    /// party: then the message is lost.
    pub fn send(&self, message: Message) {
        let _ = self.sender.try_send(message.filtered().small_enough());
    }
}

/// `address` as a URL, if it is one of this machine.
fn loopback(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(|url| url.host().is_some_and(|host| is_loopback(&host)))
}

#[cfg(all(test, any(feature = "axum", feature = "actix")))]
mod tests;
