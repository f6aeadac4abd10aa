//! The repository's own text files, made readable for a scanner.

use std::{
    fs,
    path::{Path, PathBuf},
};

const KINDS: [&str; 13] =
    ["rs", "md", "html", "toml", "sh", "yml", "yaml", "sql", "py", "js", "css", "svg", "txt"];
/// The list itself, and this test, which shows what is wrong.
const LEFT_OUT: [&str; 2] = ["docs/rfc-sections.toml", "tests/docs/citations"];
/// What begins a line without belonging to its sentence.
const MARKERS: [&str; 9] = ["///", "//!", "//", "{#", "--", "#", "*", ">", "|"];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file with its lines joined by one space each, without comment markers and indentation, so that a
/// citation is one string even where a line ends inside it.
pub(crate) struct Source {
    pub(crate) path: String,
    flat: String,
    /// Where in `flat` each line begins.
    lines: Vec<usize>,
}

impl Source {
    pub(crate) fn new(path: String, text: &str) -> Source {
        let (mut flat, mut lines) = (String::new(), Vec::new());
        for line in text.lines() {
            lines.push(flat.len());
            let mut line = line.trim();
            while let Some(rest) = MARKERS.iter().find_map(|marker| line.strip_prefix(marker)) {
                line = rest.trim_start();
            }
            flat.push_str(line);
            flat.push(' ');
        }
        Source { path, flat, lines }
    }

    pub(crate) fn flat(&self) -> &str {
        &self.flat
    }

    /// The line, counted from 1, of a place in the flat text.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|begin| *begin <= at)
    }
}

pub(crate) fn all() -> Vec<Source> {
    let mut sources = Vec::new();
    walk(&root(), &mut sources);
    sources
}

fn walk(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            let hidden = name.starts_with('.') && name != ".ci";
            if !hidden && name != "target" && name != "node_modules" {
                walk(&path, sources);
            }
        } else if is_text(&path) {
            let relative = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            if !LEFT_OUT.iter().any(|left_out| relative.starts_with(left_out)) {
                let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{relative}: {error}"));
                sources.push(Source::new(relative, &text));
            }
        }
    }
}

fn is_text(path: &Path) -> bool {
    match path.extension() {
        Some(extension) => KINDS.iter().any(|kind| extension == *kind),
        None => {
            let folder = path.parent().and_then(Path::file_name);
            folder.is_some_and(|name| name == ".ci") || path.ends_with("Dockerfile")
        }
    }
}
