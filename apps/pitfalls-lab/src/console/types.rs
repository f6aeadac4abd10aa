//! The types that a lesson's check is made of, out of the source: what a repair has to work with.

/// Where the fields of `Checks` are.
const CHECKS: &str = include_str!("../checks.rs");
/// Where the types are that they name.
const SOURCES: [&str; 5] = [
    include_str!("../checks/authorization_server.rs"),
    include_str!("../checks/client.rs"),
    include_str!("../checks/api.rs"),
    include_str!("../checks/single_use.rs"),
    include_str!("../parties/authorization_server.rs"),
];

/// The field `check` of `Checks`, then the lab's own types that it names, each with what can be called on it.
pub(super) fn of(check: &str) -> String {
    let Some(field) = field(check) else { return String::new() };
    let mut shown = vec![field];
    let mut names = Vec::new();
    let mut next = 0;
    while let Some(text) = shown.get(next) {
        let new: Vec<String> = words(text).filter(|word| !names.contains(word)).collect();
        for name in new {
            names.push(name.clone());
            shown.extend(alias(&name));
            shown.extend(SOURCES.iter().filter_map(|source| item(source, &name)));
        }
        next += 1;
    }
    shown.join("\n\n")
}

/// The names of types in the code, without the comments.
fn words(text: &str) -> impl Iterator<Item = String> + use<> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let word = |c: char| !(c.is_alphanumeric() || c == '_');
    let words = code.split(word).filter(|word| word.starts_with(char::is_uppercase));
    words.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

fn field(check: &str) -> Option<String> {
    let line = CHECKS.lines().find(|line| line.trim_start().starts_with(&format!("pub {check}: ")))?;
    Some(format!("{}\n{}", comment_above(CHECKS, line), line.trim()))
}

/// `pub type Name = …;`
fn alias(name: &str) -> Option<String> {
    let line = CHECKS.lines().find(|line| line.starts_with(&format!("pub type {name}<")))?;
    Some(format!("{}\n{line}", comment_above(CHECKS, line)))
}

/// The comment that stands above a line.
fn comment_above(source: &str, line: &str) -> String {
    let before = source.split_once(line).map_or("", |(before, _)| before);
    let mut lines: Vec<&str> =
        before.trim_end().lines().rev().take_while(|line| line.trim_start().starts_with("///")).collect();
    lines.reverse();
    lines.into_iter().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// A struct, an enum or a trait, and the signatures of its public functions.
fn item(source: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = source.lines().collect();
    let begins = |line: &str| {
        ["struct", "enum", "trait"].iter().any(|kind| {
            let rest = line.strip_prefix(&format!("pub {kind} {name}"));
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    };
    let start = lines.iter().position(|line| begins(line))?;
    let comment =
        lines[..start].iter().rev().take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let mut shown: Vec<&str> = comment.copied().filter(|line| line.starts_with("///")).collect();
    shown.reverse();
    let first = *lines.get(start)?;
    shown.push(first);
    if !first.ends_with(';') {
        let end = lines.iter().skip(start).position(|line| *line == "}")?;
        shown.extend(lines.iter().skip(start + 1).take(end).copied());
    }
    let functions = functions(&lines, name);
    Some(shown.into_iter().map(str::to_owned).chain(functions).collect::<Vec<_>>().join("\n"))
}

/// `pub fn`, out of `impl Name` or `impl<T> Name<T>`.
fn functions(lines: &[&str], name: &str) -> Vec<String> {
    let block = |line: &str| {
        line.starts_with("impl") && !line.contains(" for ") && words(line).any(|word| word == name)
    };
    let Some(start) = lines.iter().position(|line| block(line)) else { return Vec::new() };
    let inside: Vec<&str> = lines.iter().skip(start + 1).take_while(|line| **line != "}").copied().collect();
    let mut shown = Vec::new();
    for (index, line) in inside.iter().enumerate().filter(|(_, line)| line.starts_with("    pub fn ")) {
        let above = inside.iter().take(index).rev().map(|line| line.trim());
        let mut comment: Vec<&str> =
            above.take_while(|line| line.starts_with("///") || line.starts_with("#[")).collect();
        comment.retain(|line| line.starts_with("///"));
        comment.reverse();
        shown.extend(comment.into_iter().map(|line| format!("    {line}")));
        shown.push(format!("    {};", line.trim().trim_end_matches('{').trim_end()));
    }
    if shown.is_empty() {
        return shown;
    }
    let head = lines.get(start).copied().unwrap_or_default().to_owned();
    [String::new(), head].into_iter().chain(shown).chain(["}".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons;

    #[test]
    fn every_check_is_shown_with_the_types_that_it_names() {
        for lesson in lessons::all() {
            let types = of(&lesson.meta.check);
            assert!(types.contains(&format!("pub {}: ", lesson.meta.check)), "{}: {types}", lesson.folder);
            assert!(types.starts_with("///"), "{}: {types}", lesson.folder);
        }
    }

    #[test]
    fn a_type_comes_whole_and_with_what_can_be_called() {
        let form = of("consent_form");
        for expected in [
            "pub consent_form: fn(&ConsentForm<'_>) -> bool,",
            "pub struct ConsentForm<'a> {",
            "    /// Whether the presented token was ever given to *some* session.\n    pub known_to_server: bool,",
        ] {
            assert!(form.contains(expected), "{expected} in {form}");
        }
        assert!(!form.contains("pub struct PasswordCheck"), "{form}");
        let logins = of("pending_login");
        assert!(
            logins.contains("pub fn take_of_session(&self, session: &str) -> Option<PendingLogin>;"),
            "{logins}"
        );
        assert!(!logins.contains("pub(crate)"), "what a repair cannot call is not shown: {logins}");
        let code = of("code_use");
        for expected in ["pub type TakeOnce<T> =", "pub enum Used<T> {", "pub struct Code {", "pub fn peek("]
        {
            assert!(code.contains(expected), "{expected} in {code}");
        }
        assert!(of("pkce").contains("pub trait Pkce: Send + Sync {"));
    }
}
