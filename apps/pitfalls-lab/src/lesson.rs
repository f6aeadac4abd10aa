//! What a lesson is: its folder, as this crate sees it.

mod marks;

use futures::future::BoxFuture;
use serde::Deserialize;

use crate::checks::Checks;
use crate::outcome::{Broken, Outcome};
use crate::targets::Targets;

pub use marks::{Decisive, Marks, On};

/// An exploit: what its `exploit.rs` runs.
pub type Exploit = for<'a> fn(&'a Targets) -> BoxFuture<'a, Result<Outcome, Broken>>;

/// One lesson.
#[derive(Debug)]
pub struct Lesson {
    /// The name of its folder under `lessons/`.
    pub folder: &'static str,
    /// What `lesson.toml` says.
    pub meta: Meta,
    /// `README.md`.
    pub readme: &'static str,
    /// `hints.md`.
    pub hints: &'static str,
    /// `facilitator.md`.
    pub facilitator: &'static str,
    /// The checks with the hole, and their source.
    pub vulnerable: Variant,
    /// The checks without it.
    pub hardened: Variant,
    /// Repairs that do not repair.
    pub wrong_fixes: Vec<Variant>,
    /// The exploit.
    pub exploit: Exploit,
}

/// One version of a lesson's check.
#[derive(Debug)]
pub struct Variant {
    /// The name of its file, without `.rs`.
    pub name: &'static str,
    /// Its source.
    pub source: &'static str,
    /// The checks that it makes.
    pub checks: fn() -> Checks,
}

/// `lesson.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// How it is named on the command line.
    pub slug: String,
    /// Its heading.
    pub title: String,
    /// The parties whose check is missing.
    pub roles: Vec<String>,
    /// Who attacks, RFC 9700 §3: A1 to A5.
    pub attacker: String,
    /// The field of [`Checks`] that is replaced.
    pub check: String,
    /// Weaknesses, by their CWE number.
    pub cwe: Vec<String>,
    /// The rules, with links.
    pub citations: Vec<Citation>,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// Lessons that should come before.
    #[serde(default)]
    pub prerequisites: Vec<String>,
    /// The mistake of the articles that this lesson answers.
    pub article: Option<String>,
    /// How the hardened twin refuses.
    pub blocked: Blocked,
    /// The lines of the wire view that matter.
    pub decisive: Vec<Decisive>,
    /// Other lessons whose exploit succeeds on this vulnerable twin too, and why that is right.
    #[serde(default)]
    pub also_exploited_by: Vec<Exception>,
}

/// A rule of a specification.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Document and section.
    pub text: String,
    /// Where it can be read.
    pub url: String,
}

/// The refusal that the hardened twin owes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocked {
    /// The HTTP status.
    pub status: u16,
    /// The error code.
    pub error: String,
}

/// A lesson whose exploit also works here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Its slug.
    pub lesson: String,
    /// Why.
    pub reason: String,
}

impl Lesson {
    /// How it is named on the command line.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.meta.slug
    }

    /// The number in the name of its folder.
    #[must_use]
    pub fn number(&self) -> &'static str {
        self.folder.split('-').next().unwrap_or_default()
    }

    /// The hints, each with its heading; the last one is the answer.
    #[must_use]
    pub fn hints(&self) -> Vec<&'static str> {
        self.hints.split("\n## ").skip(1).map(str::trim).collect()
    }

    /// What `exercise.rs` says before anybody has edited it: the vulnerable check.
    #[must_use]
    pub fn exercise(&self) -> String {
        let code: Vec<&str> =
            self.vulnerable.source.lines().skip_while(|line| line.starts_with("// LAB-VULNERABLE")).collect();
        format!(
            "// Your repair of {slug}. It is vulnerable as it stands (LAB-VULNERABLE: {slug}).\n\
             // Edit it, then:  cargo run -p pitfalls-lab -- check {slug}\n{}\n",
            code.join("\n"),
            slug = self.slug(),
        )
    }
}

/// Reads `lesson.toml`. A test parses every one; should one be broken all the same, its title says so.
pub(crate) fn meta(folder: &str, toml: &str) -> Meta {
    toml::from_str(toml).unwrap_or_else(|error| Meta {
        slug: folder.to_owned(),
        title: format!("lesson.toml of {folder} is broken: {error}"),
        roles: Vec::new(),
        attacker: String::new(),
        check: String::new(),
        cwe: Vec::new(),
        citations: Vec::new(),
        minutes: 0,
        prerequisites: Vec::new(),
        article: None,
        blocked: Blocked { status: 0, error: String::new() },
        decisive: Vec::new(),
        also_exploited_by: Vec::new(),
    })
}
