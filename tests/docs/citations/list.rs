//! `docs/rfc-sections.toml`, read.

use std::{collections::BTreeMap, fs};

use serde::Deserialize;

use super::sources::root;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    #[serde(rename = "specification")]
    pub(crate) specifications: Vec<Specification>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Specification {
    /// As it is cited: `RFC 6749`, `OpenID Connect Core`.
    pub(crate) name: String,
    title: String,
    pub(crate) url: String,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    checked: Option<Checked>,
    /// Titles by number (`4.1.2`) or letter (`A.1`).
    #[serde(default)]
    pub(crate) sections: BTreeMap<String, String>,
    /// Numbers by fragment of the address, where that isn't made of the number.
    #[serde(default)]
    pub(crate) anchors: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Checked {
    Text,
    Secondary,
}

impl List {
    pub(crate) fn read() -> List {
        let text = fs::read_to_string(root().join("docs/rfc-sections.toml")).unwrap();
        toml::from_str(&text).unwrap()
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<&Specification> {
        self.specifications.iter().find(|specification| specification.name == name)
    }
}

impl Specification {
    /// The section to which a fragment of the specification's address leads.
    pub(crate) fn section_of(&self, fragment: &str) -> Option<String> {
        let prefixes = ["section-", "appendix-", "rfc.section."];
        let by_number = prefixes.iter().find_map(|prefix| fragment.strip_prefix(prefix));
        self.anchors.get(fragment).map(String::as_str).or(by_number).map(str::to_owned)
    }
}

/// `§4.1.2`, or `appendix A.1`.
pub(crate) fn shown(number: &str) -> String {
    match number.starts_with(|first: char| first.is_ascii_digit()) {
        true => format!("§{number}"),
        false => format!("appendix {number}"),
    }
}

#[test]
fn the_list_is_sound() {
    let list = List::read();
    for specification in &list.specifications {
        let name = &specification.name;
        assert!(!specification.title.is_empty() && specification.url.starts_with("https://"), "{name}");
        assert!(specification.note.as_ref().is_none_or(|note| note.ends_with('.')), "{name}");
        assert_eq!(specification.sections.is_empty(), specification.checked.is_none(), "{name}: `checked`");
        let sections = &specification.sections;
        assert!(sections.values().all(|title| title == title.trim() && !title.is_empty()), "{name}");
        assert!(
            specification.anchors.values().all(|number| sections.contains_key(number)),
            "{name}: `anchors`"
        );
        let twins =
            list.specifications.iter().filter(|other| other.name == *name || other.url == specification.url);
        assert_eq!(twins.count(), 1, "{name} is listed twice");
        if let Some(number) = name.strip_prefix("RFC ").filter(|number| number.parse::<u32>().is_ok()) {
            assert_eq!(specification.url, format!("https://www.rfc-editor.org/rfc/rfc{number}"));
        }
    }
}
