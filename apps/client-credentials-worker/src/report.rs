//! The work itself.

use serde::Serialize;

/// What there is to report about a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What white space separates.
    pub words: u32,
    /// Lines; the last one need not end in a line break.
    pub lines: u32,
    /// Unicode scalar values, white space included.
    pub characters: u32,
}

impl Report {
    /// Counts.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let count = |items: usize| u32::try_from(items).unwrap_or(u32::MAX);
        Self {
            words: count(text.split_whitespace().count()),
            lines: count(text.lines().count()),
            characters: count(text.chars().count()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lines_and_characters_are_counted() {
        let report = |words, lines, characters| Report { words, lines, characters };
        assert_eq!(Report::of(""), report(0, 0, 0));
        assert_eq!(Report::of("one"), report(1, 1, 3));
        assert_eq!(Report::of("one two\nthree\n"), report(3, 2, 14));
        assert_eq!(Report::of("  über\u{a0}Äpfel \r\n\r\n"), report(2, 2, 17));
        assert_eq!(Report::of("🦀 🦀"), report(2, 1, 3));
    }
}
