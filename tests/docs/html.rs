//! The rendered book: its pages, what they link to, and what a browser would load for them.

use std::collections::BTreeSet;

use tests::page::Page;
use url::Url;

/// Where the book stands in the addresses of this test: no link may depend on it.
const BASE: &str = "https://book.example/docs/";

pub(crate) struct Rendered {
    pub(crate) path: &'static str,
    pub(crate) page: Page,
    /// The ids that a link can name.
    pub(crate) ids: BTreeSet<String>,
}

/// Where a link leads.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A file of the book, and perhaps a place in it.
    Book {
        path: String,
        fragment: Option<String>,
    },
    /// Another page of the playground, as an absolute path.
    Playground(String),
    Elsewhere(Url),
}

/// All pages but the one for printing, which has every chapter a second time.
pub(crate) fn pages() -> Vec<Rendered> {
    let pages = book::files().iter().filter(|file| file.path.ends_with(".html") && file.path != "print.html");
    pages.map(|file| rendered(file.path, std::str::from_utf8(file.bytes).unwrap())).collect()
}

fn rendered(path: &'static str, html: &str) -> Rendered {
    let page = Page::parse(&without_scripts(html));
    let ids = page.elements.iter().filter_map(|element| element.attribute("id")).map(str::to_owned).collect();
    Rendered { path, page, ids }
}

/// What stands between `<script>` and `</script>` is no HTML.
fn without_scripts(html: &str) -> String {
    let mut kept = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("<script") {
        kept.push_str(before);
        rest = after.split_once("</script>").map_or("", |(_, after)| after);
    }
    kept + rest
}

impl Rendered {
    /// The addresses of an attribute, in all elements of these names.
    pub(crate) fn addresses(&self, tags: &[&str], attribute: &str) -> Vec<Target> {
        // mdBook gives its page for wrong addresses a `<base>`.
        let path = if self.path == "404.html" { "" } else { self.path };
        let base = Url::parse(BASE).unwrap().join(path).unwrap();
        let elements = self.page.elements.iter().filter(|element| tags.contains(&element.tag.as_str()));
        let addresses = elements.filter_map(|element| element.attribute(attribute));
        addresses.map(|address| target(&base, address)).collect()
    }
}

fn target(base: &Url, address: &str) -> Target {
    let url = base.join(address).unwrap_or_else(|error| panic!("{base} links to {address}: {error}"));
    match url.as_str().split('#').next().unwrap_or_default().strip_prefix(BASE) {
        Some(path) => {
            let fragment = url.fragment().map(percent_decoded);
            Target::Book { path: path.to_owned(), fragment }
        }
        None if url.origin() == base.origin() => Target::Playground(url.path().to_owned()),
        None => Target::Elsewhere(url),
    }
}

fn percent_decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}
