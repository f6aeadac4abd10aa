//! What mdBook leaves open in a page that it has rendered. A mark of mdBook's that is not there any more fails the build.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// mdBook shows two arrows there, and says the chapters' names nowhere.
const NAVIGATION: (&str, &str) = ("<nav class=\"nav-wrapper\"", "</nav>");
/// The links to the playground and its parties, which answer beside the book and not in its place.
const ON_THIS_MACHINE: &str = "<a href=\"http://localhost";
/// All chapters on one page.
const ON_PAPER: &str = "print.html";

/// A chapter of the book: where its page is, and its name in the table of contents.
pub(crate) struct Chapter {
    pub(crate) page: String,
    pub(crate) name: String,
}

/// Goes through all pages in `html`.
pub(crate) fn pages(html: &Path, chapters: &[Chapter]) -> Result<(), Box<dyn Error>> {
    let mut around: BTreeMap<&str, String> = BTreeMap::new();
    for (at, chapter) in chapters.iter().enumerate() {
        let previous = at.checked_sub(1).and_then(|before| chapters.get(before));
        around.insert(&chapter.page, navigation(&chapter.page, previous, chapters.get(at + 1)));
    }
    for (page, navigation) in &around {
        let path = html.join(page);
        let text = replaced(&fs::read_to_string(&path)?, NAVIGATION, navigation)
            .ok_or_else(|| format!("{page} has no {}", NAVIGATION.0))?;
        fs::write(path, finished(&text))?;
    }
    let path = html.join(ON_PAPER);
    // Nobody can open a closed part on paper.
    let text = finished(&fs::read_to_string(&path)?).replace("<details>", "<details open>");
    Ok(fs::write(path, text)?)
}

fn finished(page: &str) -> String {
    let page = page.replace(ON_THIS_MACHINE, "<a target=\"_blank\" rel=\"noopener\" href=\"http://localhost");
    in_each(&page, ("<td>", "</td>"), |cell| in_each(cell, ("<code>", "</code>"), breakable))
}

/// The links to the chapters before and after, by their names.
fn navigation(page: &str, previous: Option<&Chapter>, next: Option<&Chapter>) -> String {
    let root = "../".repeat(page.matches('/').count());
    let link = |chapter: &Chapter, rel: &str, text: String| {
        format!("<a rel=\"{rel}\" href=\"{root}{}\">{text}</a>", chapter.page)
    };
    let previous = previous
        .map(|chapter| link(chapter, "prev", format!("<span>← Previous</span> {}", escaped(&chapter.name))));
    let next =
        next.map(|chapter| link(chapter, "next", format!("<span>Next</span> {} →", escaped(&chapter.name))));
    let links = [previous, next].into_iter().flatten().collect::<String>();
    format!("<nav class=\"chapters\" aria-label=\"Chapters\">{links}</nav>")
}

/// A long name may break after `_` and after the `/` of a path: `AS_<wbr>MASTER_<wbr>KEY`.
fn breakable(name: &str) -> String {
    let mut broken = String::new();
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        broken.push(c);
        if matches!(c, '_' | '/') && rest.peek().is_some_and(|next| !matches!(next, '_' | '/')) {
            broken.push_str("<wbr>");
        }
    }
    broken
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The text with one thing in place of what begins and ends with the marks.
fn replaced(text: &str, (begin, end): (&str, &str), with: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some([before, with, after].concat())
}

/// The text with everything changed that stands between the marks.
fn in_each(text: &str, (begin, end): (&str, &str), change: impl Fn(&str) -> String) -> String {
    let mut parts = text.split(begin);
    let mut changed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        changed.push_str(begin);
        match part.split_once(end) {
            Some((inside, after)) => changed.extend([&change(inside), end, after]),
            None => changed.push_str(part),
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_name_in_a_table_breaks_between_its_words() {
        let page = "<td><code>AS_KEY_FILE</code> a_b</td><td><code>http://x/y</code></td><code>A_B</code>";
        let expected = "<td><code>AS_<wbr>KEY_<wbr>FILE</code> a_b</td>\
                        <td><code>http://<wbr>x/<wbr>y</code></td><code>A_B</code>";
        assert_eq!(finished(page), expected);
    }

    #[test]
    fn a_link_to_the_playground_leaves_the_book_open() {
        let page = "<a href=\"http://localhost:8080/inspector\">it</a> <a href=\"x.html\">there</a>";
        let expected = "<a target=\"_blank\" rel=\"noopener\" href=\"http://localhost:8080/inspector\">it</a> \
                        <a href=\"x.html\">there</a>";
        assert_eq!(finished(page), expected);
    }

    #[test]
    fn the_chapters_around_are_named() {
        let chapter = |page: &str, name: &str| Chapter { page: page.to_owned(), name: name.to_owned() };
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("apps")).unwrap();
        for page in ["index.html", "apps/one.html", "print.html"] {
            let text = "<a <nav class=\"nav-wrapper\" x>arrows</nav> b<details>c";
            fs::write(folder.path().join(page), text).unwrap();
        }
        pages(folder.path(), &[chapter("index.html", "First"), chapter("apps/one.html", "A & B")]).unwrap();
        let read = |page: &str| fs::read_to_string(folder.path().join(page)).unwrap();
        let next = "<a rel=\"next\" href=\"apps/one.html\"><span>Next</span> A &amp; B →</a>";
        let previous = "<a rel=\"prev\" href=\"../index.html\"><span>← Previous</span> First</a>";
        assert!(read("index.html").contains(next) && !read("index.html").contains("arrows"));
        assert!(read("apps/one.html").contains(previous) && read("apps/one.html").contains("<details>c"));
        assert!(read("print.html").ends_with("<details open>c"));
        // Changed once, so the mark is gone, as it would be in another mdBook.
        assert!(pages(folder.path(), &[chapter("index.html", "First")]).is_err());
    }
}
