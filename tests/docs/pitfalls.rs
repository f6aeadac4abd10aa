//! The chapter on the pitfalls against the lab: every lesson is in it, with its own title and rules, and no other.

use std::fs;

use serde::Deserialize;

use crate::chapters::root;

#[derive(Deserialize)]
struct Lesson {
    title: String,
    roles: Vec<String>,
    minutes: u32,
    blocked: Blocked,
    citations: Vec<Citation>,
}

/// How the hardened twin answers.
#[derive(Deserialize)]
struct Blocked {
    status: u16,
    error: String,
}

#[derive(Deserialize)]
struct Citation {
    url: String,
}

#[test]
fn the_chapter_on_pitfalls_has_every_lesson_as_it_is() {
    let chapter = fs::read_to_string(root().join("docs/pitfalls.md")).unwrap();
    let (entries, table) = chapter.split_once("## All thirty").expect("the chapter ends with a table");
    let mut lessons = 0;
    let mut wrong = Vec::new();
    for folder in fs::read_dir(root().join("apps/pitfalls-lab/lessons")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        let path = format!("apps/pitfalls-lab/lessons/{name}");
        let lesson = fs::read_to_string(root().join(&path).join("lesson.toml")).unwrap();
        let Lesson { title, roles, minutes, blocked, citations } = toml::from_str(&lesson).unwrap();
        lessons += 1;

        let number = &name[..2];
        let heading = format!("### {number} {title}\n");
        let entry =
            entries.split_once(&heading).map(|(_, after)| after.split("\n##").next().unwrap_or(after));
        match entry {
            None => wrong.push(format!("no heading {heading:?}")),
            Some(entry) => {
                let urls = citations.iter().map(|citation| format!("]({})", citation.url));
                let parts = urls.chain([format!("`{path}`")]);
                wrong.extend(
                    parts.filter(|part| !entry.contains(part)).map(|part| format!("{name}: no {part}")),
                );
            }
        }
        let error = if blocked.error.is_empty() { String::new() } else { format!(" `{}`", blocked.error) };
        let row =
            format!("| `{path}` | {title} | {} | {minutes} | {}{error} |", roles.join(", "), blocked.status);
        if !table.contains(&row) {
            wrong.push(format!("no row {row}"));
        }
    }
    let headings = entries.matches("\n### ").count();
    assert!(
        wrong.is_empty() && headings == lessons,
        "{headings} entries, {lessons} lessons:\n{}",
        wrong.join("\n")
    );
}
