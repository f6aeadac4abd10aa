//! The chapters as files: `docs/SUMMARY.md` names them all.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

pub(crate) struct Chapter {
    /// From the workspace's root: `docs/grants.md`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A fenced block of code.
pub(crate) struct Block {
    /// What stands after the backticks.
    pub(crate) info: String,
    /// Of its first line of code, from 1.
    pub(crate) line: usize,
    pub(crate) code: String,
}

/// All chapters, in the order of the book.
pub(crate) fn chapters() -> Vec<Chapter> {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let links = events(&summary).filter_map(|(event, _)| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(format!("docs/{dest_url}")),
        _ => None,
    });
    let read = |path: String| {
        let text = fs::read_to_string(root().join(&path));
        let text = text.unwrap_or_else(|error| panic!("docs/SUMMARY.md names {path}: {error}"));
        Chapter { path, text }
    };
    links.map(read).collect()
}

/// Markdown as mdBook reads it.
pub(crate) fn events(text: &str) -> impl Iterator<Item = (Event<'_>, usize)> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    Parser::new_ext(text, options).into_offset_iter().map(move |(event, range)| (event, line(range.start)))
}

/// The fenced blocks of a text. An indented one has no language, so nobody could say whether it is a command.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (event, line) in events(text) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                blocks.push(Block { info, line: line + 1, code: String::new() });
                inside = true;
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(code) if inside => blocks.last_mut().unwrap().code.push_str(&code),
            _ => {}
        }
    }
    blocks
}

#[test]
fn the_summary_names_every_page_once() {
    let mut named: Vec<_> = chapters().into_iter().map(|chapter| chapter.path).collect();
    let mut there = Vec::new();
    markdown_files(&root().join("docs"), &mut there);
    there.retain(|path| path != "docs/SUMMARY.md");
    named.sort();
    there.sort();
    let missing: Vec<_> = there.iter().filter(|path| !named.contains(path)).collect();
    assert!(missing.is_empty(), "docs/SUMMARY.md does not name {missing:?}");
    assert_eq!(named, there, "docs/SUMMARY.md names a page twice, or one that is not there");
}

/// Every Markdown file below a folder, as a path from the workspace's root.
pub(crate) fn markdown_files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !matches!(name.as_str(), "target" | ".git" | ".data" | ".venv" | "node_modules") {
                markdown_files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
        }
    }
}
