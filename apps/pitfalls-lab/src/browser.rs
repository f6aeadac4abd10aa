//! The victim's browser, where no real one is used: cookies by host, redirects, fragments, forms.
//!
//! It behaves as browsers do where an exploit depends on it: a fragment survives a redirect
//! (RFC 9110 §10.2.2), a 307 repeats the form (§15.4.8), cookies ignore ports (RFC 6265 §8.5).

mod scripts;

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use auth_core::http_client::{HttpClient, HttpResponse};
use http::{HeaderMap, Method, StatusCode, header};
use url::Url;

use crate::lock;
use crate::outcome::Broken;
use crate::wire::ACTOR;

/// An answer that somebody received.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Where it comes from, with the fragment that a browser would show.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

/// A browser, or a command-line tool with a cookie jar.
#[derive(Debug)]
pub struct Browser {
    http: HttpClient,
    actor: &'static str,
    cookies: Mutex<HashMap<String, BTreeMap<String, String>>>,
    history: Mutex<Vec<Url>>,
    /// `localStorage["access_token"]`, by origin.
    storage: Mutex<HashMap<String, String>>,
}

/// How many redirects a browser follows before it gives up.
const REDIRECTS: usize = 12;

impl Browser {
    pub(crate) fn new(http: HttpClient, actor: &'static str) -> Self {
        Self { http, actor, cookies: Mutex::default(), history: Mutex::default(), storage: Mutex::default() }
    }

    /// Opens an address and follows redirects.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers, or the redirects do not end.
    pub async fn open(&self, url: &str) -> Result<Reply, Broken> {
        let reply = self.send(Method::GET, parse(url)?, &[], &[]).await?;
        self.follow(reply, &[]).await
    }

    /// Opens an address and follows nothing.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers.
    pub async fn get(&self, url: &str) -> Result<Reply, Broken> {
        self.send(Method::GET, parse(url)?, &[], &[]).await
    }

    /// Opens an address with additional headers and follows nothing.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers.
    pub async fn get_with(&self, url: &str, headers: &[(&str, &str)]) -> Result<Reply, Broken> {
        self.send(Method::GET, parse(url)?, headers, &[]).await
    }

    /// Posts a form and follows nothing.
    ///
    /// # Errors
    /// [`Broken`] when nothing answers.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Result<Reply, Broken> {
        self.send(Method::POST, parse(url)?, headers, form).await
    }

    /// Fills in the form of a page and presses its button: `fields` are what the person types, and
    /// the hidden fields come along. Redirects are followed.
    ///
    /// # Errors
    /// [`Broken`] when the page has no form, or nothing answers.
    pub async fn submit(&self, page: &Reply, fields: &[(&str, &str)]) -> Result<Reply, Broken> {
        let (reply, all) = self.send_form(page, fields).await?;
        self.follow(reply, &borrowed(&all)).await
    }

    /// Like [`Browser::submit`], but the redirect that answers is not followed.
    ///
    /// # Errors
    /// [`Broken`] when the page has no form, or nothing answers.
    pub async fn press_and_stop(&self, page: &Reply, fields: &[(&str, &str)]) -> Result<Reply, Broken> {
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

    /// Every address that was shown or passed through: what a history, a proxy's log or a
    /// third-party script gets to see.
    pub fn history(&self) -> Vec<Url> {
        lock(&self.history).clone()
    }

    /// The cookies for a host.
    pub fn cookies(&self, url: &str) -> Vec<(String, String)> {
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let jar = lock(&self.cookies);
        host.and_then(|host| jar.get(&host))
            .into_iter()
            .flatten()
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect()
    }

    /// Signs out everywhere, as closing a private window does.
    pub fn forget_cookies(&self) {
        lock(&self.cookies).clear();
    }

    /// Follows an answer as a browser would.
    async fn follow(&self, mut reply: Reply, form: &[(&str, &str)]) -> Result<Reply, Broken> {
        for _ in 0..REDIRECTS {
            let Some(next) = reply.location() else {
                self.run_scripts(&reply).await?;
                return Ok(reply);
            };
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

    async fn send(
        &self,
        method: Method,
        url: Url,
        headers: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Result<Reply, Broken> {
        let step = format!("{method} {}{}", url.host_str().unwrap_or_default(), url.path());
        let mut request = self.http.reqwest().request(method.clone(), url.clone()).header(ACTOR, self.actor);
        let cookies = self.cookies(url.as_str());
        if !cookies.is_empty() {
            let line: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, line.join("; "));
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

struct Form {
    action: String,
    hidden: Vec<(String, String)>,
}

impl Reply {
    /// Where a redirect leads, with the fragment that it inherits.
    #[must_use]
    pub fn location(&self) -> Option<Url> {
        if !self.status.is_redirection() {
            return None;
        }
        let location = self.headers.get(header::LOCATION)?.to_str().ok()?;
        let mut next = self.url.join(location).ok()?;
        // RFC 9110 §10.2.2: without a fragment of its own, the target inherits this one.
        if next.fragment().is_none() {
            next.set_fragment(self.url.fragment());
        }
        Some(next)
    }

    /// The OAuth error: of a JSON body, of a redirect, or of a page.
    #[must_use]
    pub fn error_code(&self) -> String {
        let json = serde_json::from_str::<serde_json::Value>(&self.body).ok();
        let in_json = json.and_then(|json| json.get("error")?.as_str().map(str::to_owned));
        let in_redirect = || self.location().and_then(|url| query(&url, "error"));
        let in_url = || query(&self.url, "error");
        in_json.or_else(in_redirect).or_else(|| self.element("error")).or_else(in_url).unwrap_or_default()
    }

    /// A member of a JSON body.
    #[must_use]
    pub fn json(&self, name: &str) -> Option<String> {
        let json: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        match json.get(name)? {
            serde_json::Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// The text of the element with this id on one of the lab's pages.
    #[must_use]
    pub fn element(&self, id: &str) -> Option<String> {
        let rest = self.body.split_once(&format!(" id=\"{id}\""))?.1;
        let text = rest.split_once('>')?.1.split_once('<')?.0;
        Some(text.trim().to_owned())
    }

    /// Status and beginning, for a message about a step that failed.
    #[must_use]
    pub fn short(&self) -> String {
        let body: String = self.element("problem").unwrap_or_else(|| self.body.chars().take(160).collect());
        format!("{} from {}{}: {body}", self.status, self.url.host_str().unwrap_or_default(), self.url.path())
    }

    /// The value of a hidden field of the page's form.
    #[must_use]
    pub fn hidden(&self, name: &str) -> Option<String> {
        self.form()?.hidden.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn form(&self) -> Option<Form> {
        let form = self.body.split_once("<form ")?.1.split_once("</form>")?.0;
        let hidden = form.split("<input ").skip(1).filter(|input| input.contains("type=\"hidden\""));
        let hidden = hidden.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)));
        Some(Form { action: attribute(form, "action")?, hidden: hidden.collect() })
    }
}

/// A parameter of an address's query.
#[must_use]
pub fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A parameter of an address's fragment.
#[must_use]
pub fn fragment(url: &Url, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(url.fragment()?.as_bytes());
    pairs.into_owned().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn parse(url: &str) -> Result<Url, Broken> {
    Url::parse(url).map_err(|error| Broken::new("open an address", format!("{url}: {error}")))
}

/// An attribute in one of the lab's own templates, which write `name="value"` and escape values.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!("{name}=\""))?.1.split_once('"')?.0;
    Some(value.replace("&#38;", "&").replace("&#34;", "\"").replace("&amp;", "&"))
}
