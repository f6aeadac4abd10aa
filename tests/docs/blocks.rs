//! Every block of code says what it is, so that none is a command that nobody runs.

use std::collections::BTreeSet;
use std::fs;

use serde::Deserialize;

use crate::chapters::{blocks, chapters, root};

/// What may stand in a chapter. `rust` is only included (the build of the crate `book` sees to it), `console` is run
/// (`commands.rs`), and each line of `sh` stands in `not-run.toml`.
const LANGUAGES: [&str; 13] = [
    "rust,ignore",
    "console",
    "sh",
    "text",
    "json",
    "http",
    "html",
    "diff",
    "sql",
    "toml",
    "yaml",
    "python",
    "ini",
];

#[derive(Deserialize)]
struct NotRun {
    #[serde(default)]
    command: Vec<NotRunCommand>,
}

/// A command that the book shows and the test of its commands can't run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NotRunCommand {
    /// One or more lines, as a chapter shows them.
    lines: Vec<String>,
    /// Why it is not run here.
    reason: String,
    /// The file in which it, or what it stands for, is tested.
    tested: String,
}

#[test]
fn every_block_of_code_is_of_a_known_kind() {
    let mut wrong = Vec::new();
    for chapter in chapters() {
        for block in blocks(&chapter.text) {
            if !LANGUAGES.contains(&block.info.as_str()) {
                wrong.push(format!("{}:{}: a block of {:?}", chapter.path, block.line - 1, block.info));
            }
        }
    }
    assert!(wrong.is_empty(), "write one of {LANGUAGES:?}:\n{}", wrong.join("\n"));
}

#[test]
fn what_is_not_run_is_listed_with_the_reason_and_with_its_test() {
    let list = fs::read_to_string(root().join("tests/docs/not-run.toml")).unwrap();
    let list: NotRun = toml::from_str(&list).unwrap();
    let mut unused: BTreeSet<&str> =
        list.command.iter().flat_map(|command| command.lines.iter().map(String::as_str)).collect();
    let known = unused.clone();
    let mut wrong = Vec::new();
    for command in &list.command {
        if !root().join(&command.tested).exists() || command.reason.len() < 10 {
            wrong.push(format!("not-run.toml: {:?} needs a reason and a test that exists", command.lines));
        }
    }
    for chapter in chapters() {
        for block in blocks(&chapter.text).into_iter().filter(|block| block.info == "sh") {
            for (index, line) in block.code.lines().enumerate() {
                let line = line.trim();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                if !known.contains(line) {
                    let at = block.line + index;
                    wrong.push(format!("{}:{at}: not in tests/docs/not-run.toml: {line}", chapter.path));
                }
                unused.remove(line);
            }
        }
    }
    wrong.extend(unused.into_iter().map(|line| format!("not-run.toml: no chapter shows {line:?}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
