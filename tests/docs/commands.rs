//! Every command of the book, run: what it prints is what the chapter shows.
//!
//! `CHAPTER=grants cargo test -p tests --test docs commands` runs those of the chapters with that word in their path.

use futures::StreamExt;
use tests::chrome::skip;
use tests::playground::Playground;

use crate::chapters::{Chapter, blocks, chapters};
use crate::session::{self, PortMap};
use crate::shown::{Step, matches, steps};

/// How many chapters at once: each has a playground of its own.
const AT_ONCE: usize = 3;

/// What a chapter may use; each is a package of its own on a bare machine.
const TOOLS: [&str; 5] = ["bash", "curl", "jq", "openssl", "python3"];

fn is_installed(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_prints_what_the_book_shows() {
    if let Some(missing) = TOOLS.into_iter().find(|tool| !is_installed(tool)) {
        return skip("the commands of the book", missing, "REQUIRE_COMMANDS");
    }
    let only = std::env::var("CHAPTER").unwrap_or_default();
    let chapters = chapters().into_iter().filter(|chapter| chapter.path.contains(&only));
    let problems: Vec<String> =
        futures::stream::iter(chapters.map(problems_of)).buffered(AT_ONCE).concat().await;
    assert!(problems.is_empty(), "{} differ from the book:\n\n{}", problems.len(), problems.join("\n"));
}

async fn problems_of(chapter: Chapter) -> Vec<String> {
    let mut steps_of_chapter: Vec<Step> = Vec::new();
    for block in blocks(&chapter.text).iter().filter(|block| block.info == "console") {
        match steps(block) {
            Ok(steps) => steps_of_chapter.extend(steps),
            Err(what) => return vec![format!("{}:{what}", chapter.path)],
        }
    }
    if steps_of_chapter.is_empty() {
        return Vec::new();
    }
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(&folder.path().join("data")).await;
    let ports = PortMap::new(&chapter.text, &playground.ports);
    let commands: Vec<_> = steps_of_chapter.iter().map(|step| ports.to_test(&step.command)).collect();
    let session = folder.path().join("session");
    let outcomes = tokio::task::spawn_blocking(move || session::run(&commands, &session)).await.unwrap();

    let mut problems = Vec::new();
    for (step, outcome) in steps_of_chapter.iter().zip(outcomes) {
        let Some(outcome) = outcome else {
            let command = &step.command;
            problems.push(format!(
                "{}:{}: the session ended, or took too long, at\n$ {command}",
                chapter.path, step.line
            ));
            break;
        };
        let printed = ports.to_book(&outcome.printed);
        let lines: Vec<_> = printed.trim_end().lines().map(str::trim_end).collect();
        let fine = matches(&step.shown, &lines) && (!step.shown.is_empty() || outcome.status == 0);
        if !fine {
            problems.push(format!(
                "{}:{}\n$ {}\n-- the book shows:\n{}\n-- it printed (exit code {}):\n{}\n",
                chapter.path,
                step.line,
                step.command,
                step.shown.join("\n"),
                outcome.status,
                lines.join("\n"),
            ));
        }
    }
    problems
}
