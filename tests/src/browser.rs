//! A browser without a screen: cookies per host (ports do not matter to a cookie, RFC 6265 §8.5),
//! forms, redirects, and the headers `Origin` and `Sec-Fetch-Site` that a real one sends.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder, header::SET_COOKIE};
use url::Url;

use crate::{
    flow::AuthorizationRequest,
    http::{self, Reply, form_encode},
    page::Form,
    server::{TestServer, password_of},
};

#[derive(Debug, Clone)]
pub struct Browser {
    client: reqwest::Client,
    cookies: BTreeMap<(String, String), String>,
    /// Added to every request, as an attacker or a proxy would.
    pub extra_headers: Vec<(String, String)>,
}

impl Default for Browser {
    fn default() -> Self {
        Browser::new()
    }
}

impl Browser {
    pub fn new() -> Browser {
        Browser { client: http::client(), cookies: BTreeMap::new(), extra_headers: Vec::new() }
    }

    /// The browser's cookies for a host, as `name=value` pairs.
    pub fn cookies(&self, host: &str) -> Vec<(String, String)> {
        let of_host = self.cookies.iter().filter(|((of, _), _)| of == host);
        of_host.map(|((_, name), value)| (name.clone(), value.clone())).collect()
    }

    pub fn set_cookie(&mut self, host: &str, name: &str, value: &str) {
        self.cookies.insert((host.to_owned(), name.to_owned()), value.to_owned());
    }

    pub fn forget_cookies(&mut self) {
        self.cookies.clear();
    }

    /// One request, as if the address were typed: no redirect is followed.
    pub async fn get(&mut self, url: impl AsRef<str>) -> Reply {
        let url = Url::parse(url.as_ref()).unwrap();
        let request = self.client.get(url.clone()).header("sec-fetch-site", "none");
        self.send(request, &url).await
    }

    /// Follows a link of the page `on`, and the redirects after it.
    pub async fn click(&mut self, on: &Reply, id: &str) -> Reply {
        let link = on.page().by_id(id).unwrap_or_else(|| panic!("no link {id:?} on {}", on.url)).clone();
        let url = on.url.join(link.attribute("href").expect("a link has an address")).unwrap();
        let site = if url.origin() == on.url.origin() { "same-origin" } else { "same-site" };
        let request = self.client.get(url.clone()).header("sec-fetch-site", site);
        let reply = self.send(request, &url).await;
        self.follow(reply).await
    }

    /// One request that a page of another site causes.
    pub async fn get_cross_site(&mut self, url: impl AsRef<str>) -> Reply {
        let url = Url::parse(url.as_ref()).unwrap();
        let request = self.client.get(url.clone()).header("sec-fetch-site", "cross-site");
        self.send(request, &url).await
    }

    /// Opens an address and follows redirects as long as they stay on this machine.
    pub async fn open(&mut self, url: impl AsRef<str>) -> Reply {
        let reply = self.get(url).await;
        self.follow(reply).await
    }

    /// Follows redirects between the parties of the test; one that leads elsewhere is the answer.
    pub async fn follow(&mut self, reply: Reply) -> Reply {
        self.follow_unless(reply, |_| false).await
    }

    async fn follow_unless(&mut self, mut reply: Reply, ends: impl Fn(&Url) -> bool) -> Reply {
        for _ in 0..12 {
            let Some(next) = reply.location() else { return reply };
            if !is_here(&next) || ends(&next) {
                return reply;
            }
            let request = self.client.get(next.clone()).header("sec-fetch-site", "same-site");
            reply = self.send(request, &next).await;
        }
        panic!("redirects go round in circles at {}", reply.url);
    }

    /// Sends a form of the page `on`, as that page's own button does. No redirect is followed.
    pub async fn submit(&mut self, on: &Reply, form: Form) -> Reply {
        // What a browser tells about itself depends on the page's Referrer-Policy.
        let origin = match on.header("referrer-policy") {
            Some("no-referrer") => "null".to_owned(),
            _ => on.url.origin().ascii_serialization(),
        };
        let url = on.url.join(&form.action).unwrap();
        let site = if url.origin() == on.url.origin() { "same-origin" } else { "same-site" };
        self.submit_with(on, form, &[("origin", &origin), ("sec-fetch-site", site)]).await
    }

    /// Sends a form with exactly these headers beside the cookies: what a hostile page can cause.
    pub async fn submit_with(&mut self, on: &Reply, form: Form, headers: &[(&str, &str)]) -> Reply {
        let url = on.url.join(&form.action).unwrap();
        let mut request = if form.method == "post" {
            self.client
                .request(Method::POST, url.clone())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form_encode(&form.fields))
        } else {
            self.client.get(url.clone()).query(&form.fields)
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, &url).await
    }

    async fn send(&mut self, mut request: RequestBuilder, url: &Url) -> Reply {
        let host = url.host_str().unwrap().to_owned();
        let cookies: Vec<String> =
            self.cookies(&host).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in &self.extra_headers {
            request = request.header(name, value);
        }
        let request = request.header("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
        let reply = Reply::read(request.send().await.unwrap()).await;
        self.keep_cookies(&host, &reply);
        reply
    }

    fn keep_cookies(&mut self, host: &str, reply: &Reply) {
        for cookie in reply.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let mut parts = cookie.split(';').map(str::trim);
            let (name, value) = parts.next().unwrap().split_once('=').unwrap();
            let ended = parts.any(|part| {
                let part = part.to_ascii_lowercase();
                part == "max-age=0" || part.starts_with("expires=thu, 01 jan 1970")
            });
            let key = (host.to_owned(), name.to_owned());
            if ended || value.is_empty() {
                self.cookies.remove(&key);
            } else {
                self.cookies.insert(key, value.to_owned());
            }
        }
    }

    /// Signs in at the authorization server as a user that `TestServer::user` made.
    pub async fn sign_in(&mut self, server: &TestServer, username: &str) -> Reply {
        let reply = self.try_sign_in(server, username, &password_of(username)).await;
        assert_eq!(reply.status, 303, "{username} cannot sign in: {}", reply.page().text());
        reply
    }

    pub async fn try_sign_in(&mut self, server: &TestServer, username: &str, password: &str) -> Reply {
        let page = self.open(server.url("/accounts/login")).await.expect(200);
        self.fill_in_login(&page, username, password).await
    }

    /// Fills in the login form of a page, sends it and does not follow.
    pub async fn fill_in_login(&mut self, page: &Reply, username: &str, password: &str) -> Reply {
        let form = page.page().form().set("username", username).set("password", password);
        self.submit(page, form.press("sign-in")).await
    }

    /// Goes to the authorization endpoint: the answer is a page, or the redirect back to the client.
    pub async fn authorize(&mut self, request: &AuthorizationRequest) -> Reply {
        let own = request.redirect_uri().unwrap_or_default();
        let reply = self.get(request.url()).await;
        self.follow_unless(reply, |next| !own.is_empty() && next.as_str().starts_with(own)).await
    }

    /// Presses Allow on a consent page, all boxes as they are.
    pub async fn allow(&mut self, consent: &Reply) -> Reply {
        let form = consent.page().form().press("allow");
        self.submit(consent, form).await
    }

    pub async fn deny(&mut self, consent: &Reply) -> Reply {
        let form = consent.page().form().press("deny");
        self.submit(consent, form).await
    }
}

fn is_here(url: &Url) -> bool {
    url.host_str() == Some("localhost")
}
