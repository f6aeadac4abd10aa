//! The house rules of a chapter: what a reader must be told before it is used, and what has one name only.

use std::fs;

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::chapters::{Chapter, blocks, chapters, events, root};
use crate::shown::steps;

/// The commands of a chapter, each with its line.
fn commands(chapter: &Chapter) -> Vec<(usize, String)> {
    let shells = blocks(&chapter.text).into_iter().filter(|block| block.info == "console");
    let steps = shells.flat_map(|block| steps(&block).unwrap());
    steps.map(|step| (step.line, step.command)).collect()
}

#[test]
fn a_chapter_has_the_same_name_in_the_table_of_contents() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let mut wrong = Vec::new();
    for chapter in chapters() {
        let heading = chapter.text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let link = format!("[{heading}]({})", chapter.path.trim_start_matches("docs/"));
        if !summary.contains(&link) {
            wrong.push(link);
        }
    }
    assert!(wrong.is_empty(), "docs/SUMMARY.md should have:\n{}", wrong.join("\n"));
}

/// Another chapter, or the playground, may have been started in the same terminal.
#[test]
fn a_chapter_leaves_the_readers_shell_as_it_was() {
    let mut wrong = Vec::new();
    for chapter in chapters() {
        let commands = commands(&chapter);
        let sets = commands.iter().find(|(_, command)| command.trim_start().starts_with("export "));
        if let Some((line, command)) = sets
            && !chapter.text.lines().take_while(|text| *text != "```console").any(asks_for_a_terminal)
        {
            wrong.push(format!("{}:{line}: no word of a new terminal before: {command}", chapter.path));
        }
        for (line, command) in commands {
            if names_a_job_by_number(&command) {
                let path = &chapter.path;
                wrong.push(format!("{path}:{line}: keep the id in a variable (`$!`): {command}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn asks_for_a_terminal(line: &str) -> bool {
    line.starts_with("**Open a new terminal for this chapter**")
}

/// `kill %1`, `wait %1`, `kill $(jobs -p)`.
fn names_a_job_by_number(command: &str) -> bool {
    let mut words = command.split([' ', ';', '\n']);
    let of_jobs = words.by_ref().any(|word| matches!(word, "kill" | "wait" | "fg" | "bg" | "disown"));
    let numbers =
        words.any(|word| word.strip_prefix('%').is_some_and(|job| job.starts_with(char::is_numeric)));
    (of_jobs && numbers) || command.contains("jobs -p")
}

#[test]
fn a_job_by_number_is_found() {
    for command in ["kill %1", "cert && kill -HUP %2", "true; wait %1; echo $?", "kill $(jobs -p)"] {
        assert!(names_a_job_by_number(command), "{command}");
    }
    for command in ["kill $server", "curl -w '%{http_code}'", "date +%1 && kill $server", "printf %s x"] {
        assert!(!names_a_job_by_number(command), "{command}");
    }
}

/// "The article" means something only to whoever was told which.
#[test]
fn the_first_word_of_the_articles_links_to_what_they_are() {
    let mut wrong = Vec::new();
    let mut named = 0;
    for chapter in chapters().into_iter().filter(|chapter| chapter.path != "docs/README.md") {
        let mut link = String::new();
        for (event, line) in events(&chapter.text) {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => link = dest_url.into_string(),
                Event::End(TagEnd::Link) => link.clear(),
                Event::Text(text)
                    if text.to_lowercase().split(|c: char| !c.is_alphabetic()).any(is_article) =>
                {
                    named += 1;
                    if !link.ends_with("README.md#the-articles") {
                        wrong.push(format!("{}:{line}: {text}", chapter.path));
                    }
                    break;
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "link these to README.md#the-articles:\n{}", wrong.join("\n"));
    assert!(named > 5, "only {named} chapters name the articles");
}

fn is_article(word: &str) -> bool {
    matches!(word, "article" | "articles")
}

/// `[lesson 05](pitfalls.md#05-signed-in-as-somebody-else)`, whose anchor the test of the links looks up.
#[test]
fn a_lesson_is_cited_by_its_number_with_a_link() {
    let mut wrong = Vec::new();
    let mut cited = 0;
    for chapter in chapters().into_iter().filter(|chapter| chapter.path != "docs/pitfalls.md") {
        for (number, line) in chapter.text.lines().enumerate() {
            let at = format!("{}:{}", chapter.path, number + 1);
            if line.contains("pitfalls-lab/lessons/") {
                wrong.push(format!("{at}: a lesson by its folder: {line}"));
            }
            for (before, after) in line.match_indices("pitfalls.md#").map(|(found, _)| line.split_at(found)) {
                let number: String =
                    after["pitfalls.md#".len()..].chars().take_while(char::is_ascii_digit).collect();
                if number.is_empty() {
                    continue;
                }
                cited += 1;
                let text = before.trim_end_matches("../");
                if !text.ends_with(&format!("[lesson {number}](")) {
                    wrong.push(format!("{at}: not as [lesson {number}]: {line}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cited > 20, "only {cited} lessons are cited");
}
