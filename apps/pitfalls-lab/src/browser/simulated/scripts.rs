//! The few things that scripts on the lab's pages do, for the driver that has no script engine. In a
//! real browser the same pages run by themselves.

use url::Url;

use super::super::Reply;
use super::Simulated;
use crate::outcome::Broken;

impl Simulated {
    /// Does what the scripts of a page would do: keep a value in `localStorage`, report the page's
    /// address, and send a stored value away.
    pub(super) async fn run_scripts(&self, page: &Reply) -> Result<(), Broken> {
        for source in between(&page.body, "<script src=\"", "\"") {
            let Ok(url) = page.url.join(source) else { continue };
            let script = self.fetch(&url).await?;
            for item in between(&script.body, "localStorage.setItem(\"access_token\", \"", "\")") {
                self.store(&page.url, item);
            }
            if let Some(collect) = between(&script.body, "fetch('", "?'").first() {
                let (query, fragment) = (page.url.query().unwrap_or(""), page.url.fragment().unwrap_or(""));
                self.report(&format!("{collect}?{query}&{fragment}")).await?;
            }
        }
        // Cross-site scripting, as the wall lets it through.
        for target in between(&page.body, "fetch('", "'+localStorage.getItem('access_token')") {
            let stored = self.stored(&page.url).unwrap_or_else(|| "null".to_owned());
            self.report(&format!("{target}{stored}")).await?;
        }
        Ok(())
    }

    async fn report(&self, url: &str) -> Result<(), Broken> {
        match Url::parse(url) {
            Ok(url) => self.fetch(&url).await.map(|_| ()),
            Err(_) => Ok(()),
        }
    }
}

/// Whether the page's script sends its form, as on a page of an attacker.
pub(super) fn send_the_form(page: &Reply) -> bool {
    page.body.contains("<script>document.forms[0].submit()</script>")
}

/// Every text between two marks.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    text.split(begin).skip(1).filter_map(|rest| rest.split_once(end)).map(|(inside, _)| inside).collect()
}
