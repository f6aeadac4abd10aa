//! Whether an exercise has a check of its own.

/// Whether the source puts something into this field of `Checks`: `field: …`, `field,` or `checks.field = …`.
/// An exercise that leaves it to `Checks::default()` passes everything and repairs nothing.
///
/// Not the functions are compared but the text: a repair that is exactly the default's function is a repair.
/// Lines of comment do not count. What looks like a comment inside of a line stays, for it may be the text of
/// an address; so this can overlook that a check is missing, and cannot refuse one that is there.
pub(super) fn sets(source: &str, field: &str) -> bool {
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    code.match_indices(field).any(|(start, _)| {
        let (before, rest) = (&code[..start], code[start + field.len()..].trim_start());
        match before.strip_suffix('.') {
            // `checks.field = …`, `&mut checks.field`; else it is read, and of something else as like as not.
            Some(before) => {
                let mutable = before.trim_end_matches(is_of_a_name).ends_with("&mut ");
                mutable || rest.starts_with('=') && !rest.starts_with("==")
            }
            // Not a path, a call, or a part of a longer name.
            None => {
                !before.ends_with(is_of_a_name)
                    && rest.starts_with([':', ',', '}', '='])
                    && !rest.starts_with("::")
            }
        }
    })
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::lessons;

    #[test]
    fn every_version_of_every_check_is_ones_own() {
        for lesson in lessons::all() {
            let field = &lesson.meta.check;
            let versions = [&lesson.vulnerable, &lesson.hardened].into_iter().chain(&lesson.wrong_fixes);
            for version in versions {
                assert!(sets(version.source, field), "{}/{}", lesson.folder, version.name);
            }
        }
    }

    #[test]
    fn the_default_is_not() {
        for lesson in lessons::all() {
            for version in [&lesson.vulnerable, &lesson.hardened] {
                let (functions, rest) = version.source.split_once("    Checks {").unwrap();
                let (own, _) = rest.split_once("..Checks::default()").unwrap();
                let default = format!("{functions}    // Checks {{{own}\n    Checks::default()\n}}\n");
                assert!(!sets(&default, &lesson.meta.check), "{default}");
            }
        }
    }

    #[test]
    fn it_may_be_set_in_any_way() {
        for own in [
            "Checks { next: |_| \"/\".to_owned(), ..Default::default() }",
            "Checks { next, ..Checks::default() }",
            "Checks{..Checks::default(),next}",
            "let mut checks = Checks::default(); checks.next = mine; checks",
            "std::mem::replace(&mut checks.next, mine);",
            "f(\"http://a//b\") }  fn checks() -> Checks { Checks { next : mine, ..Checks::default() }",
        ] {
            assert!(sets(own, "next"), "{own}");
        }
        for not in [
            "asked.chars().next()",
            "verify(&check.next, 1)",
            "fn insecure_next(a: &str)",
            "next::path(1)",
            "// next: mine",
            "",
        ] {
            assert!(!sets(not, "next"), "{not}");
        }
    }
}
