//! Every link leads somewhere: in the rendered book, and in the Markdown that is read where the code is.

use std::collections::BTreeSet;
use std::fs;

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::chapters::{events, markdown_files, root};
use crate::html::{Target, pages};

#[test]
fn every_link_and_picture_of_the_book_is_there() {
    let pages = pages();
    assert!(pages.len() > 20, "only {} pages", pages.len());
    let mut wrong = Vec::new();
    for page in &pages {
        let links = page.addresses(&["a", "link", "iframe"], "href");
        let sources = page.addresses(&["img", "script", "iframe", "source", "video"], "src");
        for target in links.into_iter().chain(sources) {
            let Target::Book { path, fragment } = target else { continue };
            let Some(file) = book::file(&path) else {
                wrong.push(format!("{}: there is no {path}", page.path));
                continue;
            };
            // mdBook's page for wrong addresses is relative to the book, so its heading can't name itself.
            let Some(fragment) = fragment.filter(|_| page.path != "404.html") else { continue };
            let there = pages.iter().find(|page| page.path == file.path);
            if there.is_none_or(|there| !fragment.is_empty() && !there.ids.contains(&fragment)) {
                wrong.push(format!("{}: {path} has nothing of the name #{fragment}", page.path));
            }
        }
        for image in page.page.all("img") {
            // A picture beside the words that it stands for would be read to nobody twice.
            if image.attribute("role") == Some("presentation") {
                continue;
            }
            if image.attribute("alt").is_none_or(|alt| alt.trim().is_empty()) {
                wrong.push(format!("{}: a picture says nothing to who can't see it: {image:?}", page.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_link_out_of_the_book_is_encrypted_or_on_this_machine() {
    let mut wrong = Vec::new();
    for page in pages() {
        for target in page.addresses(&["a"], "href") {
            let Target::Elsewhere(url) = target else { continue };
            let here = url.host_str().is_some_and(|host| host == "localhost" || host.ends_with(".localhost"));
            if !(url.scheme() == "https" || (url.scheme() == "http" && here)) {
                wrong.push(format!("{}: {url}", page.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_in_the_book_is_loaded_from_elsewhere() {
    let mut wrong = Vec::new();
    for page in pages() {
        let loaded = page
            .addresses(&["img", "script", "iframe", "source", "video", "audio", "embed"], "src")
            .into_iter()
            .chain(page.addresses(&["link"], "href"))
            .chain(page.addresses(&["object"], "data"));
        wrong.extend(
            loaded
                .filter(|target| !matches!(target, Target::Book { .. }))
                .map(|target| format!("{}: {target:?}", page.path)),
        );
    }
    for file in book::files().iter().filter(|file| file.path.ends_with(".css") || file.path.ends_with(".svg"))
    {
        let text = std::str::from_utf8(file.bytes).unwrap();
        for (mark, end) in [("url(", ')'), ("@import", ';'), ("src=", ' '), ("href=", ' ')] {
            for after in text.split(mark).skip(1) {
                let address = after.split(end).next().unwrap_or_default().trim_matches(['"', '\'', ' ']);
                if address.contains("//") && !address.starts_with("data:") {
                    wrong.push(format!("{}: {mark}{address}", file.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_link_of_the_other_markdown_files_is_there() {
    let root = root();
    let mut files = Vec::new();
    markdown_files(&root, &mut files);
    files.retain(|path| !path.starts_with("docs/"));
    assert!(files.iter().any(|path| path == "README.md"), "{files:?}");
    let mut wrong = Vec::new();
    for path in &files {
        let text = fs::read_to_string(root.join(path)).unwrap();
        for (event, line) in events(&text) {
            let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) =
                event
            else {
                continue;
            };
            if dest_url.contains("://") || dest_url.starts_with("mailto:") {
                continue;
            }
            let (file, fragment) = match dest_url.split_once('#') {
                Some((file, fragment)) => (file, Some(fragment)),
                None => (&*dest_url, None),
            };
            let target =
                if file.is_empty() { root.join(path) } else { root.join(path).parent().unwrap().join(file) };
            let found = match fragment {
                Some(fragment) => {
                    fs::read_to_string(&target).is_ok_and(|text| slugs(&text).contains(fragment))
                }
                None => target.exists(),
            };
            if !found {
                wrong.push(format!("{path}:{line}: {dest_url}"));
            }
        }
    }
    assert!(wrong.is_empty(), "these lead nowhere:\n{}", wrong.join("\n"));
}

/// The names under which a reader on the web finds the headings of a Markdown file.
fn slugs(text: &str) -> BTreeSet<String> {
    let mut slugs = BTreeSet::new();
    let mut heading: Option<String> = None;
    for (event, _) in events(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = heading.take().unwrap_or_default().to_lowercase();
                let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
                slugs.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
            }
            _ => {}
        }
    }
    slugs
}

#[test]
fn a_heading_has_the_name_that_a_link_uses() {
    let slugs = slugs("# Try `it` yourself!\n\n## 1. The request\n");
    assert!(slugs.contains("try-it-yourself") && slugs.contains("1-the-request"), "{slugs:?}");
}
