//! The book: `docs/`, rendered when this crate is built, with every file embedded.

/// A file of the rendered book.
#[derive(Debug)]
pub struct File {
    /// Where it is in the book: `apps/resource-api.html`.
    pub path: &'static str,
    /// The value of the header `Content-Type`.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
    /// Whether its name changes with its content, so that it may be cached for good.
    pub hashed: bool,
    /// The hashes of a page's inline scripts, as a Content Security Policy names them: `sha256-…`.
    pub inline_scripts: &'static [&'static str],
    /// The hashes of a page's `style` attributes, those that its scripts set included.
    pub inline_styles: &'static [&'static str],
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// All files, sorted by their path.
pub fn files() -> &'static [File] {
    FILES
}

/// The file at this path; a folder is its `index.html`.
pub fn file(path: &str) -> Option<&'static File> {
    let index;
    let path = if path.is_empty() || path.ends_with('/') {
        index = format!("{path}index.html");
        &index
    } else {
        path
    };
    let at = FILES.binary_search_by(|file| file.path.cmp(path)).ok()?;
    FILES.get(at)
}

// A build script has no tests of its own.
#[cfg(test)]
#[path = "../build/finish.rs"]
mod finish;
#[cfg(test)]
#[path = "../build/includes.rs"]
mod includes;
#[cfg(test)]
#[path = "../build/policy.rs"]
mod policy;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_folder_is_its_index() {
        assert_eq!(file("").unwrap().path, "index.html");
        assert_eq!(file("decisions/").unwrap().path, "decisions/index.html");
        assert!(file("decisions").is_none() && file("images/").is_none() && file("nowhere.html").is_none());
    }

    #[test]
    fn only_pages_and_pictures_of_docs_are_in_it() {
        assert!(file("images/parties.svg").is_some());
        for source in ["book.toml", "rfc-sections.toml", "SUMMARY.md", "README.md", "book.css", ".nojekyll"] {
            assert!(file(source).is_none(), "{source}");
        }
        // The fonts are those of the reader's system.
        assert!(files().iter().all(|file| !file.path.ends_with(".woff2")));
    }

    #[test]
    fn what_is_included_is_seen_without_the_marks() {
        let pages = files().iter().filter(|file| file.path.ends_with(".html"));
        for page in pages {
            let html = std::str::from_utf8(page.bytes).unwrap();
            for mark in ["// ANCHOR", "# ANCHOR", "{# ANCHOR", "{{#include"] {
                assert!(!html.contains(mark), "{mark} in {}", page.path);
            }
        }
    }

    #[test]
    fn what_changes_its_name_with_its_content_is_marked() {
        assert!(files().iter().any(|file| file.hashed && file.path.starts_with("book-")));
        assert!(!file("index.html").unwrap().hashed && !file("images/parties.svg").unwrap().hashed);
    }
}
