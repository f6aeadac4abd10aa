//! The driver that behaves like a browser, where no real one is used: cookies by host, redirects,
//! fragments, forms, and the few things that the scripts of the lab's pages do.
//!
//! It behaves as browsers do where an exploit depends on it: a fragment survives a redirect
//! (RFC 9110 §10.2.2), a 307 repeats the form (§15.4.8), cookies ignore ports (RFC 6265 §8.5). It
//! has no script engine, and it looks at no attribute of a cookie.

mod scripts;

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use auth_core::http_client::{HttpClient, HttpResponse};
use http::{Method, header};
use url::Url;

use super::Reply;
use crate::lock;
use crate::outcome::Broken;
use crate::wire::ACTOR;

/// How many redirects a browser follows before it gives up.
const REDIRECTS: usize = 12;

#[derive(Debug)]
pub(super) struct Simulated {
    http: HttpClient,
    actor: &'static str,
    cookies: Mutex<HashMap<String, BTreeMap<String, String>>>,
    history: Mutex<Vec<Url>>,
    /// `localStorage["access_token"]`, by origin.
    storage: Mutex<HashMap<String, String>>,
}

impl Simulated {
    pub(super) fn new(http: HttpClient, actor: &'static str) -> Self {
        Self { http, actor, cookies: Mutex::default(), history: Mutex::default(), storage: Mutex::default() }
    }

    pub(super) async fn open(&self, url: Url) -> Result<Reply, Broken> {
        let reply = self.send(Method::GET, url, &[], &[]).await?;
        self.arrive(reply, &[]).await
    }

    pub(super) async fn click(&self, page: &Reply, link: &str) -> Result<Reply, Broken> {
        let url = page.link(link).ok_or_else(|| Broken::new("press the link", page.short()))?;
        self.open(url).await
    }

    pub(super) async fn submit(&self, page: &Reply, fields: &[(&str, &str)]) -> Result<Reply, Broken> {
        let (reply, all) = self.send_form(page, fields).await?;
        self.arrive(reply, &borrowed(&all)).await
    }

    pub(super) async fn first_answer(&self, page: &Reply, fields: &[(&str, &str)]) -> Result<Reply, Broken> {
        let (reply, _) = self.send_form(page, fields).await?;
        Ok(reply)
    }

    async fn send_form(
        &self,
        page: &Reply,
        fields: &[(&str, &str)],
    ) -> Result<(Reply, Vec<(String, String)>), Broken> {
        let form = page.form().ok_or_else(|| Broken::new("fill in the form", page.short()))?;
        let action = page.url.join(&form.action).map_err(|error| Broken::new("send the form", error))?;
        let typed = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let all: Vec<(String, String)> = form.hidden.into_iter().chain(typed).collect();
        let origin = page.url.origin().ascii_serialization();
        let reply = self.send(Method::POST, action, &[("origin", &origin)], &borrowed(&all)).await?;
        Ok((reply, all))
    }

    pub(super) fn history(&self) -> Vec<Url> {
        lock(&self.history).clone()
    }

    fn cookies(&self, url: &Url) -> Vec<String> {
        let jar = lock(&self.cookies);
        let of_host = url.host_str().and_then(|host| jar.get(host));
        of_host.into_iter().flatten().map(|(name, value)| format!("{name}={value}")).collect()
    }

    pub(super) fn forget_cookies(&self) {
        lock(&self.cookies).clear();
    }

    /// Follows an answer to the page that is shown in the end, with what its scripts do.
    async fn arrive(&self, reply: Reply, form: &[(&str, &str)]) -> Result<Reply, Broken> {
        let page = self.follow(reply, form).await?;
        self.run_scripts(&page).await?;
        if !scripts::send_the_form(&page) {
            return Ok(page);
        }
        let (reply, all) = self.send_form(&page, &[]).await?;
        self.follow(reply, &borrowed(&all)).await
    }

    /// Follows redirects as a browser would.
    async fn follow(&self, mut reply: Reply, form: &[(&str, &str)]) -> Result<Reply, Broken> {
        for _ in 0..REDIRECTS {
            let Some(next) = reply.location() else { return Ok(reply) };
            // RFC 9110 §15.4: 307 and 308 repeat the method and the body, 302 and 303 do not.
            let repeat = matches!(reply.status.as_u16(), 307 | 308);
            reply = match (repeat, form) {
                (true, form @ [_, ..]) => self.send(Method::POST, next, &[], form).await?,
                _ => self.send(Method::GET, next, &[], &[]).await?,
            };
        }
        Err(Broken::new("follow the redirects", "they go round in circles"))
    }

    /// A request that a page makes, which is no page of the history.
    async fn fetch(&self, url: &Url) -> Result<Reply, Broken> {
        let reply = self.send(Method::GET, url.clone(), &[], &[]).await?;
        lock(&self.history).pop();
        Ok(reply)
    }

    fn store(&self, page: &Url, value: &str) {
        lock(&self.storage).insert(page.origin().ascii_serialization(), value.to_owned());
    }

    fn stored(&self, page: &Url) -> Option<String> {
        lock(&self.storage).get(&page.origin().ascii_serialization()).cloned()
    }

    pub(super) async fn send(
        &self,
        method: Method,
        url: Url,
        headers: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Result<Reply, Broken> {
        let step = format!("{method} {}{}", url.host_str().unwrap_or_default(), url.path());
        let mut request = self.http.reqwest().request(method.clone(), url.clone()).header(ACTOR, self.actor);
        let cookies = self.cookies(&url);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if method == Method::POST {
            request = request.form(form);
        }
        let answer = self.http.send(request).await.map_err(|error| Broken::new(&step, error))?;
        lock(&self.history).push(url.clone());
        self.keep_cookies(&url, &answer);
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        Ok(Reply { url, status: answer.status, headers: answer.headers, body })
    }

    fn keep_cookies(&self, url: &Url, answer: &HttpResponse) {
        let mut jar = lock(&self.cookies);
        let of_host = jar.entry(url.host_str().unwrap_or_default().to_owned()).or_default();
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                of_host.insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
