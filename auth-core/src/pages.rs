//! Pages: one layout and one stylesheet for every app.
//!
//! An app writes the inside of a page as an [askama](https://docs.rs/askama) template, which
//! escapes every value; [`Site`] puts it into the layout. The inside is passed as the template
//! itself, never as a string, so there is no way to send text that nobody escaped.
//!
//! Nothing is loaded from elsewhere: [`STYLESHEET`] and the icon are part of the binary and served
//! by [`crate::server`] at addresses that change with their content.
//!
//! # Example
//! ```
//! use askama::Template;
//! use auth_core::pages::Site;
//!
//! #[derive(Template)]
//! #[template(source = "<h1>Hello {{ name }}</h1>", ext = "html")]
//! struct Hello<'a> { name: &'a str }
//!
//! let site = Site::new("Notes", "client").link("/", "Home");
//! let html = site.page("Hello", &Hello { name: "<b>Alice</b>" })?;
//! assert!(html.contains("<title>Hello · Notes</title>"));
//! assert!(html.contains("&#60;b&#62;Alice"));
//! # Ok::<(), askama::Error>(())
//! ```
//!
//! # Building blocks
//! Classes that the stylesheet knows, for the inside of a page:
//!
//! | class | on |
//! | --- | --- |
//! | `card`, `cards` | a box; a grid of boxes |
//! | `columns` | a wide and a narrow column, one below the other on a small screen |
//! | `diagram` | an inline `<svg>` with groups `lines`, `boxes`, `names` and `numbers` |
//! | `button`, with `secondary`, `danger` or `wide` | `<button>` or `<a>` |
//! | `actions` | a row of buttons |
//! | `field` | a `<div>` around `<label>`, `<input>` and `<p class="hint">` or `<p class="problem">` |
//! | `scopes` | a `<ul>` of `<label><input type="checkbox"> <span><strong>…</strong> …</span></label>` |
//! | `alert`, with `error`, `success` or `warning` | a message; give it `role="alert"` or `role="status"` |
//! | `pill`, with `up` or `down` | a state, said in words too |
//! | `badge` | a small word, like a scope |
//! | `table` | a `<div>` around `<table>`, so that a wide one scrolls by itself |
//! | `facts` | a `<dl>` of names and values |
//! | `steps` | an `<ol>` of steps |
//! | (none) | `<code>` for what is read, `<kbd>` for what is typed, `<pre><code>` for what is copied |
//! | `lead`, `muted`, `small`, `value`, `multiline` | text; `value` breaks long identifiers, `multiline` keeps line breaks |

use std::sync::LazyLock;

use askama::Template;
use sha2::{Digest, Sha256};

/// The stylesheet of every page.
pub const STYLESHEET: &str = include_str!("../assets/site.css");

/// The icon of every page, an SVG.
pub const ICON: &str = include_str!("../assets/icon.svg");

/// Where the stylesheet is served. The name changes with the content, so it is cached for good.
pub static STYLESHEET_PATH: LazyLock<String> = LazyLock::new(|| asset_path("site", STYLESHEET, "css"));

/// Where the icon is served.
pub static ICON_PATH: LazyLock<String> = LazyLock::new(|| asset_path("icon", ICON, "svg"));

/// Where an app serves a file of its own: `/assets/stem-HASH.extension`. The name changes with the
/// content, so the file may be cached for good.
pub fn asset_path(stem: &str, content: &str, extension: &str) -> String {
    let digest = Sha256::digest(content.as_bytes());
    let hash: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("/assets/{stem}-{hash}.{extension}")
}

/// What all pages of an app have in common.
#[derive(Debug, Clone)]
pub struct Site {
    name: String,
    role: String,
    links: Vec<(String, String)>,
    user: Option<String>,
}

/// A page that says what went wrong, to the person who sees it.
#[derive(Debug, Clone, Copy)]
pub struct ErrorPage<'a> {
    /// The HTTP status that the page is sent with.
    pub status: u16,
    /// The heading, in a few words.
    pub title: &'a str,
    /// What happened, in a sentence.
    pub what_happened: &'a str,
    /// What the reader can do about it.
    pub what_to_do: &'a str,
    /// The id under which the log knows more, if there is an entry.
    pub reference: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "layout.html")]
struct Layout<'a, T: Template> {
    site: &'a Site,
    title: &'a str,
    narrow: bool,
    stylesheet: &'a str,
    icon: &'a str,
    main: &'a T,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorTemplate<'a> {
    page: &'a ErrorPage<'a>,
}

impl Site {
    /// The app's name, and the word of the specifications for its role ("authorization server").
    pub fn new(name: impl Into<String>, role: impl Into<String>) -> Site {
        Site { name: name.into(), role: role.into(), links: Vec::new(), user: None }
    }

    /// Adds a link to the header.
    pub fn link(mut self, href: impl Into<String>, text: impl Into<String>) -> Site {
        self.links.push((href.into(), text.into()));
        self
    }

    /// Shows in the header who is signed in.
    pub fn user(mut self, name: impl Into<String>) -> Site {
        self.user = Some(name.into());
        self
    }

    /// A page of full width.
    pub fn page<T: Template>(&self, title: &str, main: &T) -> askama::Result<String> {
        self.layout(title, false, main)
    }

    /// A page of one narrow column, for one form or one message.
    pub fn narrow_page<T: Template>(&self, title: &str, main: &T) -> askama::Result<String> {
        self.layout(title, true, main)
    }

    /// A page that says what went wrong and what to do.
    pub fn error_page(&self, page: &ErrorPage<'_>) -> askama::Result<String> {
        self.layout(page.title, true, &ErrorTemplate { page })
    }

    fn layout<T: Template>(&self, title: &str, narrow: bool, main: &T) -> askama::Result<String> {
        let layout =
            Layout { site: self, title, narrow, stylesheet: &STYLESHEET_PATH, icon: &ICON_PATH, main };
        layout.render()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PAGE: ErrorPage<'_> = ErrorPage {
        status: 400,
        title: "Unknown client",
        what_happened: "The client <evil> is not registered here.",
        what_to_do: "Go back and try again.",
        reference: Some("k3v9"),
    };

    #[test]
    fn an_error_page_says_everything_and_escapes_it() {
        let site = Site::new("A & B", "client").user("<i>alice</i>").link("/", "Home");
        let html = site.error_page(&PAGE).unwrap();
        for expected in [
            "<title>Unknown client · A &#38; B</title>",
            "The client &#60;evil&#62; is not registered here.",
            "&#60;i&#62;alice",
            "k3v9",
            "400",
        ] {
            assert!(html.contains(expected), "{expected} is missing in {html}");
        }
    }

    #[test]
    fn nothing_in_the_layout_needs_an_unsafe_policy() {
        let html = Site::new("a", "b").error_page(&PAGE).unwrap();
        for forbidden in ["<script", "<style", " style=", " onclick=", "http://", "https://"] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
        assert!(!STYLESHEET.contains("@import") && !STYLESHEET.contains("url("));
    }

    #[test]
    fn the_address_of_the_stylesheet_follows_its_content() {
        assert_ne!(asset_path("site", "a", "css"), asset_path("site", "b", "css"));
        assert!(STYLESHEET_PATH.starts_with("/assets/site-") && STYLESHEET_PATH.ends_with(".css"));
    }
}
