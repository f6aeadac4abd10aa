//! Brings messages to an inspector in another process.

use std::time::Duration;

use tokio::sync::mpsc;
use url::Url;

use super::Message;
use crate::http_client::{HttpClient, HttpError};

/// How many go together.
const BATCH: usize = 32;
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
    let mut batch = Vec::with_capacity(BATCH);
    while messages.recv_many(&mut batch, BATCH).await > 0 {
        let mut waiting = false;
        loop {
            let posted = http.send(http.reqwest().post(inspector.clone()).json(&batch)).await;
            match posted.and_then(|answer| answer.success()) {
                Ok(_) => break,
                Err(HttpError::Network(_)) => {
                    if !waiting {
                        tracing::info!(%inspector, "waiting for the flow inspector");
                        waiting = true;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "the flow inspector refuses messages");
                    break;
                }
            }
        }
        batch.clear();
    }
}
