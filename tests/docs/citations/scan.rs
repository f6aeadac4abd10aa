//! Finds the citations in a text: `RFC 6749 §4.1.2.1, §5.2`, `RFC 6749 appendix A.1`,
//! `OpenID Connect Core §3.1.2`, a `§4.1.2` alone, which is of the specification named last, and the
//! `rfc(6749, "4.1.2")` of the flow inspector.

use super::list::{List, Specification, shown};

/// What is wrong, and where in the flat text.
pub(crate) struct Wrong {
    pub(crate) at: usize,
    pub(crate) what: String,
}

/// A section of a specification, and that it is cited at all.
pub(crate) struct Scan<'a> {
    pub(crate) found: Vec<(&'a Specification, String)>,
    pub(crate) named: Vec<&'a Specification>,
    pub(crate) wrong: Vec<Wrong>,
}

struct Scanner<'a, 't> {
    list: &'a List,
    text: &'t str,
    /// The specification named last, and where its name or the last citation of it ends.
    current: Option<&'a Specification>,
    end: usize,
    /// The name last read is not listed. That has been said, and its sections need no more words.
    unlisted: bool,
    scan: Scan<'a>,
}

/// What the flow inspector's pages call to cite, and what it cites.
const CALLS: [(&str, &str); 2] = [("oidc(\"", "OpenID Connect Core"), ("cookies(\"", "RFC 6265bis")];

/// Reads a text; `current` is what a § before any name is of.
pub(crate) fn scan<'a>(list: &'a List, text: &str, current: Option<&'a Specification>) -> Scan<'a> {
    let scan = Scan { found: Vec::new(), named: Vec::new(), wrong: Vec::new() };
    let mut scanner = Scanner { list, text, current, end: 0, unlisted: false, scan };
    let mut at = 0;
    while at < text.len() {
        at = match text.is_char_boundary(at) {
            true => scanner.step(at),
            false => at + 1,
        };
    }
    scanner.scan
}

impl<'a> Scanner<'a, '_> {
    /// Looks at one place; returns the next.
    fn step(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        if let Some(rest) = rest.strip_prefix('§') {
            let number = number(rest);
            if !number.is_empty() && self.belongs(at) {
                self.cite(at, number);
            } else if number.is_empty() && self.end > 0 && self.end + 1 == at && !rest.starts_with('{') {
                self.fault(at, "a § without a number");
            }
            return self.ends(at + '§'.len_utf8() + number.len());
        }
        if self.text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            return at + 1;
        }
        if let Some((name, number)) = call(rest) {
            self.name(at, &name);
            self.cite(at, number);
            return at + 1;
        }
        if rest.starts_with("RFC") {
            return self.rfc(at);
        }
        let named = self.list.specifications.iter().find(|it| begins_with_word(rest, &it.name));
        if let Some(specification) = named {
            self.name(at, &specification.name);
            let version = " 1.0";
            let end = at + specification.name.len();
            return self.ends(if self.text[end..].starts_with(version) { end + version.len() } else { end });
        }
        if let Some(rest) = rest.strip_prefix("appendix ").or_else(|| rest.strip_prefix("Appendix ")) {
            let letter = number(rest);
            let alone = !rest[letter.len()..].starts_with(|next: char| next.is_alphanumeric());
            if self.current.is_some() && alone && letter.starts_with(|first: char| first.is_ascii_uppercase())
            {
                // "appendix B of RFC 6749" is of what follows.
                match self.specification_after(&rest[letter.len()..]) {
                    Some(specification) => self.check(specification, at, letter),
                    None => self.cite(at, letter),
                }
                return self.ends(at + "appendix ".len() + letter.len());
            }
        }
        if let Some(rest) = rest.strip_prefix("section ").or_else(|| rest.strip_prefix("Section ")) {
            let number = number(rest);
            let after_a_name = at - self.end <= 2 && self.current.is_some() && self.end > 0;
            if !number.is_empty()
                && (after_a_name || self.specification_after(&rest[number.len()..]).is_some())
            {
                self.fault(at, "a section is written with §: `RFC 6749 §4.1.2`");
            }
        }
        at + 1
    }

    /// `RFC 6749`, `RFC 6265bis`, `RFC 6749 and 7636`.
    fn rfc(&mut self, at: usize) -> usize {
        let rest = &self.text[at + "RFC".len()..];
        if rest.starts_with(|next: char| next.is_ascii_digit() || next == '-' || next == '\u{a0}') {
            self.fault(at, "written with a space: `RFC 6749`");
        }
        let Some(rest) = rest.strip_prefix(' ') else { return at + 1 };
        let digits = &rest[..rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(rest.len())];
        if digits.is_empty() {
            return at + 1;
        }
        let number = match rest[digits.len()..].starts_with("bis") {
            true => format!("{digits}bis"),
            false => digits.to_owned(),
        };
        let mut end = at + "RFC ".len() + number.len();
        self.name(at, &format!("RFC {number}"));
        if let Some(rest) = self.text[end..].strip_prefix(" and ") {
            let second = &rest[..rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(rest.len())];
            if second.len() >= 4 {
                self.name(end, &format!("RFC {second}"));
                end += " and ".len() + second.len();
            }
        }
        self.ends(end)
    }

    fn name(&mut self, at: usize, name: &str) {
        self.current = self.list.by_name(name);
        self.unlisted = self.current.is_none();
        match self.current {
            Some(specification) => self.scan.named.push(specification),
            None => self.fault(at, &format!("{name} is not listed")),
        }
    }

    fn ends(&mut self, end: usize) -> usize {
        self.end = end;
        end
    }

    /// Whether the § at this place is of the specification named last. It is not right after a name
    /// that is not listed, which would look like `FIPS 186-5` before it.
    fn belongs(&mut self, at: usize) -> bool {
        let word = self.text[self.end..at].trim_end().rsplit(' ').next().unwrap_or_default();
        let word = word.trim_start_matches(['(', '[', '"', '`', '*']);
        let is_name = word.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit());
        let ends_a_part = word.ends_with(['.', ',', ';', ':', ')', '?', '!', '(', '[', '"', '>']);
        if is_name && !ends_a_part && !self.text[self.end..at].trim().is_empty() {
            self.fault(at, &format!("“{word}” is not listed"));
            return false;
        }
        true
    }

    fn cite(&mut self, at: usize, number: &str) {
        match self.current {
            Some(specification) => self.check(specification, at, number),
            None if self.unlisted => {}
            None => self.fault(at, &format!("{} names no specification", shown(number))),
        }
    }

    fn check(&mut self, specification: &'a Specification, at: usize, number: &str) {
        if !specification.sections.contains_key(number) {
            let what = format!("{} has no {} that is listed", specification.name, shown(number));
            self.fault(at, &what);
        }
        self.scan.found.push((specification, number.to_owned()));
    }

    /// The specification in ` of RFC 6749`.
    fn specification_after(&self, rest: &str) -> Option<&'a Specification> {
        let rest = rest.strip_prefix(" of ")?.trim_start_matches("the ").trim_start_matches('[');
        self.list.specifications.iter().find(|it| begins_with_word(rest, &it.name))
    }

    fn fault(&mut self, at: usize, what: &str) {
        self.scan.wrong.push(Wrong { at, what: what.to_owned() });
    }
}

/// `rfc(6749, "4.1.2")` and the like at the beginning of a text: the specification and the section.
fn call(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix("rfc(") {
        let (number_of_rfc, rest) = rest.split_once(", \"")?;
        let is_number = !number_of_rfc.is_empty() && number_of_rfc.chars().all(|c| c.is_ascii_digit());
        return is_number.then(|| (format!("RFC {number_of_rfc}"), number(rest)));
    }
    let (name, rest) = CALLS.iter().find_map(|(call, name)| Some((*name, text.strip_prefix(call)?)))?;
    let section = number(rest);
    (!section.is_empty()).then(|| (name.to_owned(), section))
}

fn begins_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
}

/// `4.1.2`, `A.1` or `B` at the beginning of a text; empty if there is none.
fn number(text: &str) -> &str {
    let mut end = 0;
    loop {
        let part = &text[end..];
        let length = match part.starts_with(|first: char| first.is_ascii_uppercase()) && end == 0 {
            true => 1,
            false => part.find(|next: char| !next.is_ascii_digit()).unwrap_or(part.len()),
        };
        if length == 0 {
            return text[..end].trim_end_matches('.');
        }
        end += length;
        if !text[end..].starts_with('.') {
            return &text[..end];
        }
        end += 1;
    }
}
