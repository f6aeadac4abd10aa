//! A file that a text names exists: everything in backticks that begins like a path of this repository.

use std::fs;

use pulldown_cmark::Event;

use crate::chapters::{events, markdown_files, root};

const FOLDERS: [&str; 7] = ["apps/", "auth-core/", "tests/", "docs/", ".ci/", "book/", "docker/"];

#[test]
fn every_file_that_is_named_exists() {
    let root = root();
    let mut files = Vec::new();
    markdown_files(&root, &mut files);
    let (mut count, mut wrong) = (0, Vec::new());
    for path in files {
        let text = fs::read_to_string(root.join(&path)).unwrap();
        for (event, line) in events(&text) {
            let Event::Code(code) = event else { continue };
            for named in named_paths(&code) {
                count += 1;
                // The README of an app names the files of its own folder.
                let beside = root.join(&path).parent().unwrap().join(named);
                if !root.join(named).exists() && !beside.exists() {
                    wrong.push(format!("{path}:{line}: `{named}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "there is no such file:\n{}", wrong.join("\n"));
    assert!(count > 50, "only {count} paths were found");
}

/// The paths in a piece of code. Of `apps/*/README.md` it is `apps/`, of `x.rs:12` and `x.rs::name` the file.
fn named_paths(code: &str) -> impl Iterator<Item = &str> {
    let words = code.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '(' | ')' | ','));
    words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder))).map(|word| {
        let word = word.split(':').next().unwrap_or(word);
        match word.find(['*', '<', '{', '…', '$']) {
            Some(open) => &word[..word[..open].rfind('/').map_or(0, |slash| slash + 1)],
            None => word,
        }
    })
}

#[test]
fn a_path_is_found_in_what_is_around_it() {
    let found = |code| named_paths(code).collect::<Vec<_>>();
    assert_eq!(found("apps/x/src/y.rs:12"), ["apps/x/src/y.rs"]);
    assert_eq!(found("cargo test -p tests tests/a.rs::b"), ["tests/a.rs"]);
    assert_eq!(found("apps/pitfalls-lab/lessons/NN-*/README.md"), ["apps/pitfalls-lab/lessons/"]);
    assert!(found("mytests/x text/html").is_empty());
}
