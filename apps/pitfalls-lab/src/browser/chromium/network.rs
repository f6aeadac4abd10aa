//! What a browser says about its own network traffic: chromedriver's performance log, event by event
//! of the DevTools protocol.

use std::collections::HashSet;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use url::Url;

/// A page that was asked for: by an address, a link, a form, or a redirect.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) url: Url,
    /// Its answer; none yet, or none at all.
    pub(super) status: Option<StatusCode>,
    pub(super) headers: HeaderMap,
    request: String,
}

#[derive(Debug, Default)]
pub(super) struct Network {
    pub(super) documents: Vec<Document>,
    /// Requests that have no end yet.
    open: HashSet<String>,
    /// Frames that load, or are about to.
    loading: HashSet<String>,
}

impl Network {
    /// Whether nothing is on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.open.is_empty() && self.loading.is_empty()
    }

    /// Takes one line of the log. Says whether it was about a page of the lab.
    pub(super) fn hear(&mut self, line: &str) -> bool {
        let Ok(event) = serde_json::from_str::<Value>(line) else { return false };
        let event = &event["message"];
        let params = &event["params"];
        let id = |name: &str| params[name].as_str().unwrap_or_default().to_owned();
        match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => self.request(params),
            "Network.responseReceived" if params["type"] == "Document" => {
                self.answered(&id("requestId"), &params["response"])
            }
            "Network.loadingFinished" | "Network.loadingFailed" => self.open.remove(&id("requestId")),
            "Page.frameStartedLoading" | "Page.frameScheduledNavigation" => {
                self.loading.insert(id("frameId"))
            }
            "Page.frameStoppedLoading" | "Page.frameClearedScheduledNavigation" => {
                self.loading.remove(&id("frameId"))
            }
            _ => false,
        }
    }

    fn request(&mut self, params: &Value) -> bool {
        let request = params["requestId"].as_str().unwrap_or_default().to_owned();
        let address = params["request"]["url"].as_str().unwrap_or_default();
        let Some(mut url) = Url::parse(address).ok().filter(|url| url.scheme() == "http") else {
            return false;
        };
        url.set_fragment(params["request"]["urlFragment"].as_str().map(|text| text.trim_start_matches('#')));
        if params["type"] == "Document" {
            if params["redirectResponse"].is_object() {
                self.answered(&request, &params["redirectResponse"]);
            } else {
                // A new page: what the page before it still waited for no longer matters.
                self.open.clear();
            }
            let headers = HeaderMap::new();
            self.documents.push(Document { url, status: None, headers, request: request.clone() });
        }
        self.open.insert(request);
        true
    }

    fn answered(&mut self, request: &str, response: &Value) -> bool {
        let waits = |document: &&mut Document| document.request == request && document.status.is_none();
        let Some(document) = self.documents.iter_mut().rev().find(waits) else { return false };
        let status = response["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        document.status = status.and_then(|status| StatusCode::from_u16(status).ok());
        let fields = response["headers"].as_object().into_iter().flatten();
        document.headers = fields
            .filter_map(|(name, value)| {
                let name = HeaderName::try_from(name.as_str()).ok()?;
                Some((name, HeaderValue::try_from(value.as_str()?).ok()?))
            })
            .collect();
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use serde_json::json;

    use super::*;

    fn heard(events: &[(&str, Value)]) -> Network {
        let mut network = Network::default();
        for (method, params) in events {
            network.hear(&json!({ "message": { "method": method, "params": params } }).to_string());
        }
        network
    }

    #[test]
    fn a_redirect_keeps_its_own_status_and_address() {
        let request = |url: &str, more: Value| {
            let mut params = json!({ "requestId": "1", "type": "Document", "request": { "url": url } });
            params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            ("Network.requestWillBeSent", params)
        };
        let redirect = json!({ "redirectResponse": { "status": 303, "headers": { "Location": "/b" } } });
        let mut to_fragment = request("http://as.localhost/b", redirect);
        to_fragment.1["request"]["urlFragment"] = json!("#token=1");
        let page =
            json!({ "requestId": "1", "type": "Document", "response": { "status": 200, "headers": {} } });
        let mut network = heard(&[
            request("http://as.localhost/a", json!({})),
            to_fragment,
            ("Network.responseReceived", page),
        ]);
        let seen: Vec<_> =
            network.documents.iter().map(|document| (document.url.as_str(), document.status)).collect();
        assert_eq!(
            seen,
            [
                ("http://as.localhost/a", Some(StatusCode::SEE_OTHER)),
                ("http://as.localhost/b#token=1", Some(StatusCode::OK))
            ]
        );
        assert_eq!(network.documents[0].headers["location"], "/b");
        assert!(!network.is_idle());
        network.hear(r#"{"message":{"method":"Network.loadingFinished","params":{"requestId":"1"}}}"#);
        assert!(network.is_idle());
    }

    #[test]
    fn the_browsers_own_pages_do_not_count() {
        let own = json!({ "requestId": "7", "type": "Document", "request": { "url": "chrome://newtab/" } });
        let network = heard(&[("Network.requestWillBeSent", own)]);
        assert!(network.documents.is_empty() && network.is_idle());
    }
}
