//! `{{#include file:anchor}}`: the file must be there, and the anchored region must have a beginning, an end and
//! something in between. Rust is never typed into a chapter, only included, and never as a whole file.
//!
//! mdBook could include by itself, but it only warns of what is missing, and it leaves code as far to the right as it
//! stands in its file.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// What is wrong, and where.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The chapter, as a path in `docs/`.
    chapter: PathBuf,
    /// Its line, from 1.
    line: usize,
    what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "docs/{}:{}: {}", self.chapter.display(), self.line, self.what)
    }
}

/// The chapter with what it includes, or what is wrong with it. The files are added to `included`, those that are
/// missing too: when one appears, the book is built again.
pub(crate) fn expand(
    docs: &Path,
    chapter: &Path,
    content: &str,
    included: &mut BTreeSet<PathBuf>,
) -> Result<String, Vec<Problem>> {
    let folder = docs.join(chapter).parent().unwrap_or(docs).to_owned();
    let mut expanded = String::new();
    let mut problems = Vec::new();
    let mut block: Option<&str> = None;
    for (index, line) in content.lines().enumerate() {
        let mut wrong = |what| problems.push(Problem { chapter: chapter.to_owned(), line: index + 1, what });
        match directive(line) {
            Some(Ok((file, anchor))) => {
                let path = normal(&folder.join(file));
                let indent = &line[..line.len() - line.trim_start().len()];
                match std::fs::read_to_string(&path)
                    .map_err(|error| error.to_string())
                    .and_then(|source| shown(&source, anchor))
                {
                    Ok(shown) => expanded.extend(shown.iter().map(|shown| format!("{indent}{shown}\n"))),
                    Err(what) => wrong(format!("{file}: {what}")),
                }
                included.insert(path);
                continue;
            }
            Some(Err(what)) => wrong(what),
            None => match line.trim_start().strip_prefix("```") {
                Some(info) => block = if block.is_none() { Some(info.trim()) } else { None },
                None if line.trim().is_empty() => {}
                None if block.is_some_and(|info| info.split(',').next() == Some("rust")) => {
                    wrong(
                        "Rust is typed into a chapter: include an anchored region of a compiled file".into(),
                    );
                }
                None => {}
            },
        }
        expanded.push_str(line);
        expanded.push('\n');
    }
    if problems.is_empty() { Ok(expanded) } else { Err(problems) }
}

/// The lines of a file, or of one of its regions, as far to the left as they go.
fn shown(source: &str, anchor: Option<&str>) -> Result<Vec<String>, String> {
    let lines: Vec<&str> = match anchor {
        Some(anchor) => region(source, anchor)?,
        None => source.lines().collect(),
    };
    let filled = || lines.iter().filter(|line| !line.trim().is_empty());
    let Some(indent) = filled().map(|line| line.len() - line.trim_start_matches(' ').len()).min() else {
        return Err("there is nothing in it".to_owned());
    };
    // mdBook would look for directives in what is included, too.
    if lines.iter().any(|line| directive(line).is_some()) {
        return Err("it has an include itself".to_owned());
    }
    Ok(lines.iter().map(|line| line.get(indent..).unwrap_or_default().to_owned()).collect())
}

/// The file and the anchor of a line that includes something; an error for a line that tries to.
fn directive(line: &str) -> Option<Result<(&str, Option<&str>), String>> {
    // mdBook knows more than includes of anchors, and looks for them outside of code blocks as well.
    let (before, rest) = line.match_indices("{{").find_map(|(at, braces)| {
        let rest = line[at + braces.len()..].trim_start();
        Some((&line[..at], rest.strip_prefix('#')?))
    })?;
    let only = || {
        let (path, after) = rest.strip_prefix("include ")?.split_once("}}")?;
        let alone = before.trim().is_empty() && after.trim().is_empty();
        match path.split_once(':') {
            Some((file, anchor)) => (alone && is_name(anchor)).then_some((file, Some(anchor))),
            None => (alone && !path.ends_with(".rs")).then_some((path, None)),
        }
    };
    Some(only().ok_or_else(|| {
        "an include stands on a line of its own and names an anchor: {{#include ../apps/x/src/y.rs:anchor_name}}"
            .to_owned()
    }))
}

/// What mdBook would not take for a range of lines.
fn is_name(anchor: &str) -> bool {
    let plain = anchor.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain && anchor.starts_with(|c: char| c.is_ascii_lowercase())
}

/// The lines between `ANCHOR: name` and `ANCHOR_END: name`, without the marks of other regions.
fn region<'a>(source: &'a str, anchor: &str) -> Result<Vec<&'a str>, String> {
    let is = |line: &str, mark: &str| name_after(line, mark) == Some(anchor);
    let is_mark = |line: &str| ["ANCHOR:", "ANCHOR_END:"].iter().any(|mark| name_after(line, mark).is_some());
    let starts = source.lines().filter(|line| is(line, "ANCHOR:")).count();
    let ends = source.lines().filter(|line| is(line, "ANCHOR_END:")).count();
    match (starts, ends) {
        (0, _) => return Err(format!("there is no `ANCHOR: {anchor}`")),
        (1, 0) => return Err(format!("`ANCHOR: {anchor}` has no `ANCHOR_END: {anchor}`")),
        (1, 1) => {}
        _ => return Err(format!("`{anchor}` begins {starts} times and ends {ends} times")),
    }
    if let Some(code) = source.lines().find(|line| is_mark(line) && !is_comment(line)) {
        return Err(format!("an anchor needs a comment line of its own: {}", code.trim()));
    }
    let inside = source.lines().skip_while(|line| !is(line, "ANCHOR:"));
    if !inside.clone().any(|line| is(line, "ANCHOR_END:")) {
        return Err(format!("`{anchor}` ends before it begins"));
    }
    Ok(inside.take_while(|line| !is(line, "ANCHOR_END:")).filter(|line| !is_mark(line)).collect())
}

/// The name after a mark.
fn name_after<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    let (_, name) = line.split_once(mark)?;
    let name = name.trim_start();
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len());
    (end > 0).then_some(&name[..end])
}

fn is_comment(line: &str) -> bool {
    ["//", "#", "{#", "<!--", "/*", "--"].iter().any(|sign| line.trim_start().starts_with(sign))
}

/// Without `..`, so that cargo finds one name for one file.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SOURCE: &str = "\
fn a() {}
    // ANCHOR: outer
    fn b() {
        // ANCHOR: inner
        c();
        // ANCHOR_END: inner
    }
    // ANCHOR_END: outer
// ANCHOR: hollow

// ANCHOR_END: hollow
// ANCHOR: open
// ANCHOR_END: late
fn e() {}
// ANCHOR: late
// ANCHOR: twice
fn f() {}
// ANCHOR_END: twice
// ANCHOR: twice
";

    /// The chapter `docs/part/chapter.md`, with `docs/code.rs` and others to include.
    fn expanded(content: &str) -> Result<String, Vec<String>> {
        let docs = tempfile::tempdir().unwrap();
        std::fs::write(docs.path().join("code.rs"), SOURCE).unwrap();
        std::fs::write(
            docs.path().join("beside.rs"),
            "fn x() {} // ANCHOR: x\nfn y() {}\n// ANCHOR_END: x\n",
        )
        .unwrap();
        std::fs::write(docs.path().join("whole.patch"), "+ a line\n").unwrap();
        let mut included = BTreeSet::new();
        let expanded = expand(docs.path(), Path::new("part/chapter.md"), content, &mut included);
        assert!(included.iter().all(|path| !path.to_string_lossy().contains("..")), "{included:?}");
        expanded.map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    fn wrong(content: &str) -> Vec<String> {
        expanded(content).err().unwrap_or_default()
    }

    #[test]
    fn a_region_that_is_there_is_fine() {
        let chapter =
            "# A\n\n```rust,ignore\n{{#include ../code.rs:outer}}\n\n{{#include ../code.rs:inner}}\n```\n";
        let shown = "# A\n\n```rust,ignore\nfn b() {\n    c();\n}\n\nc();\n```\n";
        assert_eq!(expanded(chapter).unwrap(), shown);
        assert!(wrong("```diff\n{{#include ../whole.patch}}\n```\n").is_empty());
        assert!(wrong("```json\n{\"typed\": true}\n```\n").is_empty());
    }

    #[test]
    fn a_region_that_is_not_there_is_named_with_its_line() {
        for (include, what) in [
            ("../code.rs:nothing", "there is no `ANCHOR: nothing`"),
            ("../code.rs:open", "has no `ANCHOR_END: open`"),
            ("../code.rs:hollow", "nothing in it"),
            ("../code.rs:late", "ends before it begins"),
            ("../code.rs:twice", "begins 2 times"),
            ("../beside.rs:x", "a comment line of its own"),
            ("../gone.rs:outer", "No such file"),
            ("code.rs:outer", "No such file"),
            ("../code.rs", "names an anchor"),
            ("../code.rs:1:3", "names an anchor"),
            ("../code.rs:7", "names an anchor"),
        ] {
            let wrong = wrong(&format!("# A\n\n```rust,ignore\n{{{{#include {include}}}}}\n```\n"));
            assert_eq!(wrong.len(), 1, "{include}: {wrong:?}");
            assert!(wrong[0].starts_with("docs/part/chapter.md:4: "), "{wrong:?}");
            assert!(wrong[0].contains(what), "{include}: {wrong:?}");
        }
    }

    #[test]
    fn mdbook_s_other_directives_and_typed_rust_are_refused() {
        for line in [
            "{{#playground ../code.rs}}",
            "{{ #include ../code.rs:outer }}",
            "a {{#include ../code.rs:outer}}",
        ] {
            assert_eq!(wrong(&format!("{line}\n")).len(), 1, "{line}");
        }
        for info in ["rust", "rust,ignore", "rust,no_run"] {
            let wrong = wrong(&format!("```{info}\nfn typed() {{}}\n```\n"));
            assert!(wrong[0].contains("docs/part/chapter.md:2: Rust is typed"), "{wrong:?}");
        }
    }
}
