//! Links to specifications: to a section that exists, and to the one that the link's text names.

use super::{
    list::{List, Specification, shown},
    scan::{Wrong, scan},
};

/// Where RFCs can be read, too, in an older layout or with other fragments.
const OTHER_PLACES: [&str; 3] =
    ["datatracker.ietf.org/doc/html/rfc", "datatracker.ietf.org/doc/rfc", "tools.ietf.org/html/rfc"];
const RFC: &str = "https://www.rfc-editor.org/rfc/rfc";

pub(crate) fn check(list: &List, text: &str) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for place in OTHER_PLACES {
        let found = text.match_indices(place).filter(|(at, _)| is_digit(&text[at + place.len()..]));
        wrong.extend(found.map(|(at, _)| Wrong { at, what: format!("link to {RFC}… instead of {place}…") }));
    }
    for (at, _) in text.match_indices(RFC).filter(|(at, _)| is_digit(&text[at + RFC.len()..])) {
        let rest = &text[at + RFC.len()..];
        let name =
            format!("RFC {}", &rest[..rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(rest.len())]);
        if list.by_name(&name).is_none() {
            wrong.push(Wrong { at, what: format!("{name} is not listed") });
        }
    }
    for specification in &list.specifications {
        for (at, url) in text.match_indices(&specification.url) {
            let rest = &text[at + url.len()..];
            if rest.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '.') {
                continue;
            }
            let fragment = rest.strip_prefix('#').map(|rest| &rest[..fragment_length(rest)]);
            if rest.starts_with('#') && rest[1..].trim_start_matches(is_of_a_fragment).starts_with('{') {
                continue; // code that makes an address: `#section-{section}`
            }
            if let Err(what) = check_link(list, specification, fragment, text_of(text, at, url.len())) {
                wrong.push(Wrong { at, what });
            }
        }
    }
    wrong
}

fn check_link(
    list: &List,
    specification: &Specification,
    fragment: Option<&str>,
    text: Option<&str>,
) -> Result<(), String> {
    let name = &specification.name;
    let section = match fragment {
        None => None,
        Some(fragment) => {
            Some(specification.section_of(fragment).ok_or(format!("#{fragment} is no section of {name}"))?)
        }
    };
    if let Some(number) = section.as_ref().filter(|number| !specification.sections.contains_key(*number)) {
        return Err(format!("{name} has no {} that is listed", shown(number)));
    }
    let Some(text) = text else { return Ok(()) };
    let cited = scan(list, text, Some(specification));
    let other_specification = cited.named.iter().any(|named| named.name != *name);
    let other_section = cited.found.iter().any(|(_, number)| Some(number) != section.as_ref());
    if other_specification || other_section {
        let target = section.map(|number| format!(" {}", shown(&number))).unwrap_or_default();
        return Err(format!("the link “{text}” goes to {name}{target}"));
    }
    Ok(())
}

fn is_digit(text: &str) -> bool {
    text.starts_with(|next: char| next.is_ascii_digit())
}

fn fragment_length(text: &str) -> usize {
    text[..text.find(|next: char| !is_of_a_fragment(next)).unwrap_or(text.len())].trim_end_matches('.').len()
}

fn is_of_a_fragment(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._".contains(c)
}

/// The text of the link whose address stands at `at`: `[text](address`, `<a href="address">text</a>`,
/// or, in a lesson's toml, `text = "…" url = "address"`.
fn text_of(text: &str, at: usize, length: usize) -> Option<&str> {
    let (before, after) = (&text[..at], &text[at + length..]);
    if let Some(before) = before.strip_suffix("](") {
        return before.rfind('[').map(|begin| &before[begin + 1..]);
    }
    if before.ends_with("href=\"") {
        let (begin, end) = (after.find('>')? + 1, after.find("</a>")?);
        return after.get(begin..end);
    }
    let before = before.strip_suffix("url = \"")?.trim_end().strip_suffix('"')?;
    let begin = before.rfind("text = \"")? + "text = \"".len();
    Some(&before[begin..])
}
