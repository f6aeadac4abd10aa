//! Brings messages to an inspector in another process.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use tokio::sync::mpsc;
use url::Url;

use super::Message;
use super::size::{LARGEST, json};
use crate::http_client::{HttpClient, HttpError};

/// How many go together.
const BATCH: usize = 32;
/// How long a report may be: the inspector takes one of a mebibyte.
const LONGEST: usize = 3 * LARGEST;
/// Until an inspector that does not answer is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// Posts what comes until nothing can come any more. An inspector that is not up yet is waited for; what does
/// not fit into the channel meanwhile is lost.
pub(super) async fn forward(mut messages: mpsc::Receiver<Message>, inspector: Url) {
    let http = match HttpClient::new() {
        Ok(http) => http,
        Err(error) => {
            tracing::warn!(%error, "nothing is reported to the flow inspector");
            return;
        }
    };
    let mut reporter = Reporter { http, inspector, state: State::Takes };
    let mut batch = Vec::with_capacity(BATCH);
    while messages.recv_many(&mut batch, BATCH).await > 0 {
        let mut report = Vec::new();
        let mut bytes = 0;
        for message in batch.drain(..).map(|message| json(&message)) {
            if !report.is_empty() && bytes + message.len() > LONGEST {
                reporter.report(&std::mem::take(&mut report)).await;
                bytes = 0;
            }
            bytes += message.len() + 1;
            report.push(message);
        }
        reporter.report(&report).await;
    }
}

/// What is known of the inspector. It is logged when it changes, and not for each report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Takes,
    Absent,
    Refuses,
}

struct Reporter {
    http: HttpClient,
    inspector: Url,
    state: State,
}

impl Reporter {
    /// Brings the messages, each of which is JSON: together, or one by one where the inspector refuses something
    /// of them.
    async fn report(&mut self, messages: &[String]) {
        let Err(error) = self.post(messages).await else {
            if self.becomes(State::Takes) {
                tracing::info!("the flow inspector takes messages");
            }
            return;
        };
        if self.becomes(State::Refuses) {
            tracing::warn!(%error, "the flow inspector refuses messages");
        }
        if messages.len() > 1 {
            for message in messages {
                // What is refused alone is what was refused before.
                let _ = self.post(std::slice::from_ref(message)).await;
            }
        }
    }

    /// An inspector that does not answer is waited for.
    async fn post(&mut self, messages: &[String]) -> Result<(), HttpError> {
        let body = format!("[{}]", messages.join(","));
        loop {
            let request = self.http.reqwest().post(self.inspector.clone());
            let request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
            match self.http.send(request).await.and_then(|answer| answer.success()) {
                Err(HttpError::Network(_)) => {
                    if self.becomes(State::Absent) {
                        tracing::info!(inspector = %self.inspector, "waiting for the flow inspector");
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                answer => return answer.map(drop),
            }
        }
    }

    /// Whether that is new.
    fn becomes(&mut self, state: State) -> bool {
        std::mem::replace(&mut self.state, state) != state
    }
}
