//! An answer that somebody received, and what the lab reads out of it.

use http::{HeaderMap, StatusCode, header};
use url::Url;

/// An answer that somebody received.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Where it comes from, with the fragment that a browser would show.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body. Of a page in a real browser, what its scripts have left of it.
    pub body: String,
}

/// The first form of a page.
pub(super) struct Form {
    pub(super) action: String,
    pub(super) hidden: Vec<(String, String)>,
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

    pub(super) fn form(&self) -> Option<Form> {
        let form = self.body.split_once("<form ")?.1.split_once("</form>")?.0;
        let hidden = form.split("<input ").skip(1).filter(|input| input.contains("type=\"hidden\""));
        let hidden = hidden.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)));
        Some(Form { action: attribute(form, "action")?, hidden: hidden.collect() })
    }

    /// Where the link with this id leads.
    pub(super) fn link(&self, id: &str) -> Option<Url> {
        let links = self.body.split("<a ").skip(1).filter_map(|rest| rest.split_once('>'));
        let tag = links.map(|(tag, _)| tag).find(|tag| attribute(tag, "id").is_some_and(|own| own == id))?;
        self.url.join(&attribute(tag, "href")?).ok()
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

/// An attribute in one of the lab's own templates, which write `name="value"` and escape values.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!("{name}=\""))?.1.split_once('"')?.0;
    Some(value.replace("&#38;", "&").replace("&#34;", "\"").replace("&amp;", "&"))
}
