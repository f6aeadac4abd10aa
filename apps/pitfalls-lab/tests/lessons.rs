//! Every lesson is complete, and its five proofs hold.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use pitfalls_lab::lesson::Meta;
use pitfalls_lab::{lessons, proofs};

#[tokio::test(flavor = "multi_thread")]
async fn all_five_proofs_hold_for_every_lesson() {
    let proofs = proofs::all(lessons::all().iter().collect(), |_| {}).await;
    let failed: Vec<_> = proofs.iter().filter(|proof| proof.seen.is_err()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    for lesson in lessons::all() {
        let of_lesson = proofs.iter().filter(|proof| proof.lesson == lesson.slug());
        let numbers: std::collections::BTreeSet<u8> = of_lesson.map(|proof| proof.number).collect();
        assert_eq!(numbers.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5], "{}", lesson.slug());
    }
}

#[test]
fn every_lesson_is_complete() {
    for lesson in lessons::all() {
        let name = lesson.folder;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons").join(name).join("lesson.toml");
        let meta: Meta =
            toml::from_str(&fs::read_to_string(file).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(name.ends_with(&meta.slug), "{name}: the slug is {}", meta.slug);
        for heading in [
            "## See it",
            "## Exploit it by hand",
            "## Why it works",
            "## The fix",
            "## What the RFC says",
            "## Where it happened",
            "## Quiz",
        ] {
            assert!(lesson.readme.contains(heading), "{name}/README.md has no '{heading}'");
        }
        assert_eq!(lesson.hints().len(), 4, "{name}/hints.md: three hints and the answer");
        for heading in ["## Timing", "## Script", "## Wrong fixes"] {
            assert!(lesson.facilitator.contains(heading), "{name}/facilitator.md has no '{heading}'");
        }
        for fix in &lesson.wrong_fixes {
            assert!(
                lesson.facilitator.contains(fix.name),
                "{name}/facilitator.md does not explain {}",
                fix.name
            );
        }
        assert!(!meta.citations.is_empty() && meta.minutes > 0, "{name}");
        for decisive in &meta.decisive {
            let cited = meta.citations.iter().any(|citation| citation.text == decisive.clause);
            assert!(cited, "{name}: {} is not among the citations", decisive.clause);
        }
        assert!(!meta.decisive.is_empty(), "{name} marks no line");
    }
}

#[test]
fn a_lesson_replaces_exactly_the_check_that_it_names() {
    for lesson in lessons::all() {
        let variants = [&lesson.vulnerable, &lesson.hardened].into_iter().chain(&lesson.wrong_fixes);
        for variant in variants {
            let (_, rest) =
                variant.source.split_once("Checks {\n    Checks {").expect("checks() in one struct");
            let (fields, _) = rest.split_once("..Checks::default()").expect("the rest is the default");
            let fields: Vec<&str> =
                fields.split(',').map(str::trim).filter(|field| !field.is_empty()).collect();
            let [field] = fields[..] else { panic!("{}/{}: {fields:?}", lesson.folder, variant.name) };
            let name = field.split(':').next().unwrap();
            assert_eq!(name, lesson.meta.check, "{}/{}", lesson.folder, variant.name);
        }
    }
}

#[test]
fn exercises_begin_with_the_vulnerable_check() {
    for lesson in lessons::all() {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons").join(lesson.folder).join("exercise.rs");
        assert_eq!(fs::read_to_string(file).unwrap(), lesson.exercise(), "{}: run `reset`", lesson.folder);
    }
}
