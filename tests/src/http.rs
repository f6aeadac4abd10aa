//! One HTTP client for all tests: no redirects, no proxy, no cookies of its own, short limits.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use reqwest::{
    StatusCode,
    header::{HeaderMap, LOCATION},
};
use serde_json::Value;
use url::Url;

use crate::page::Page;

/// `localhost` is 127.0.0.1 here, whatever the machine's hosts file says (RFC 6761 §6.3).
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .resolve("localhost", SocketAddr::from(([127, 0, 0, 1], 0)))
        .build()
        .unwrap()
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub async fn read(response: reqwest::Response) -> Reply {
        Reply {
            url: response.url().clone(),
            status: response.status(),
            headers: response.headers().clone(),
            body: String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn header_values(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    pub fn page(&self) -> Page {
        Page::parse(&self.body)
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}), {}: {}", self.status, self.body))
    }

    /// The `error` of a JSON body (RFC 6749 §5.2), or an empty string.
    pub fn error(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["error"].as_str().unwrap_or_default().to_owned()
    }

    /// Where a redirect leads, resolved against the address that was asked.
    pub fn location(&self) -> Option<Url> {
        self.headers.get(LOCATION).map(|location| self.url.join(location.to_str().unwrap()).unwrap())
    }

    /// Asserts a status and says what came instead.
    #[track_caller]
    pub fn expect(self, status: u16) -> Reply {
        assert_eq!(self.status.as_u16(), status, "{} answered {}", self.url, self.shown());
        self
    }

    /// Asserts a JSON error (RFC 6749 §5.2): its status, its code, a description that says something,
    /// and that no cache keeps it.
    #[track_caller]
    pub fn expect_error(self, status: u16, code: &str) -> Reply {
        let reply = self.expect(status);
        assert_eq!(reply.error(), code, "{} answered {}", reply.url, reply.shown());
        let body = reply.json();
        let description = body["error_description"].as_str().unwrap_or_default();
        assert!(description.len() > 5, "an error must say what to do: {}", reply.body);
        // RFC 6749 §5.2: the characters that error_description may have.
        assert!(description.chars().all(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~')), "{description}");
        assert!(reply.header("cache-control").unwrap_or_default().contains("no-store"), "{}", reply.shown());
        reply
    }

    /// Asserts an error page for people: the status, HTML, and no way onward that an attacker chose.
    #[track_caller]
    pub fn expect_error_page(self, status: u16) -> Reply {
        let reply = self.expect(status);
        assert!(
            reply.header("content-type").unwrap_or_default().starts_with("text/html"),
            "{}",
            reply.shown()
        );
        assert!(reply.headers.get(LOCATION).is_none(), "an error page leads nowhere: {}", reply.shown());
        reply
    }

    fn shown(&self) -> String {
        let text =
            if self.body.contains("<html") { self.page().text().to_owned() } else { self.body.clone() };
        format!("{} {:?} {text}", self.status, self.headers)
    }
}

pub fn query_of(url: &Url) -> BTreeMap<String, String> {
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let map: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(map.len(), pairs.len(), "a parameter came twice in {url}");
    map
}

/// Form-encodes pairs, repeats kept.
pub fn form_encode(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
