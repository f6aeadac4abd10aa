//! A marked region that no chapter shows is a leftover.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::chapters::{chapters, root};

#[test]
fn every_marked_region_is_shown_by_a_chapter() {
    let root = root();
    let mut shown = BTreeSet::new();
    for chapter in chapters() {
        let folder = root.join(&chapter.path);
        for include in chapter.text.split("{{#include ").skip(1) {
            let include = include.split("}}").next().unwrap_or_default();
            let Some((file, anchor)) = include.split_once(':') else { continue };
            let file = folder.parent().unwrap().join(file).canonicalize();
            let file = file.unwrap_or_else(|error| panic!("{}: {include}: {error}", chapter.path));
            shown.insert((file, anchor.to_owned()));
        }
    }
    let mut leftovers = Vec::new();
    let mut count = 0;
    for folder in ["apps", "auth-core", "docs/examples", "tests"] {
        walk(&root.join(folder), &mut |file, anchor| {
            count += 1;
            if !shown.contains(&(file.to_owned(), anchor.to_owned())) {
                leftovers.push(format!("{}: {anchor}", file.strip_prefix(&root).unwrap().display()));
            }
        });
    }
    assert!(leftovers.is_empty(), "no chapter includes these:\n{}", leftovers.join("\n"));
    assert!(count > 10, "only {count} marks were found");
}

/// Calls `found` with each file and each anchor that begins in it.
fn walk(folder: &Path, found: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with(".data") {
                walk(&path, found);
            }
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for line in text.lines() {
            let line = line.trim_start().trim_start_matches(['+', ' ']);
            let comment = ["//", "#", "{#", "--", "<!--"].iter().find_map(|sign| line.strip_prefix(sign));
            if let Some(name) = comment.and_then(|comment| comment.trim_start().strip_prefix("ANCHOR:")) {
                found(&path, name.split_whitespace().next().unwrap_or_default());
            }
        }
    }
}
