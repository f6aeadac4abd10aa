//! A `console` block: commands as somebody typed them, and what they printed.

use crate::chapters::Block;

pub(crate) struct Step {
    /// In the chapter, from 1.
    pub(crate) line: usize,
    pub(crate) command: String,
    /// The lines that the chapter shows; none if it shows nothing.
    pub(crate) shown: Vec<String>,
}

/// `$ command`, with `> ` before each line that continues it, and the output below.
pub(crate) fn steps(block: &Block) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    for (index, line) in block.code.lines().enumerate() {
        let number = block.line + index;
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { line: number, command: command.to_owned(), shown: Vec::new() });
            continue;
        }
        let Some(step) = steps.last_mut() else {
            return Err(format!("{number}: the block does not begin with `$ ` and a command"));
        };
        match line.strip_prefix("> ").or((line == ">").then_some("")) {
            Some(more) if step.shown.is_empty() => {
                step.command.push('\n');
                step.command.push_str(more);
            }
            _ => step.shown.push(line.trim_end().to_owned()),
        }
    }
    Ok(steps)
}

/// Whether what was printed is what is shown: `…` in a line stands for any characters, a line of nothing but `…` for
/// any number of lines.
pub(crate) fn matches(shown: &[String], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line.trim() == "…" => {
            (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..]))
        }
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, others)| like(line, first) && matches(rest, others))
        }
    }
}

fn like(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('…') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(before) else { return false };
    let mut parts: Vec<_> = after.split('…').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, rest)) = text.split_once(part) else { return false };
        text = rest;
    }
    text.ends_with(last)
}

#[test]
fn a_line_and_lines_may_be_left_out() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let yes = |pattern, printed: &str| matches(&shown(pattern), &printed.lines().collect::<Vec<_>>());
    assert!(yes("a\nb", "a\nb") && yes("a…c\n…\nz", "abc\nd\ne\nz") && yes("…", "") && yes("a…b…", "axxbyy"));
    assert!(
        !yes("a", "a\nb") && !yes("a\nb", "a") && !yes("a…c", "ab") && !yes("…\nz", "z\ny") && !yes("", "a")
    );
    assert!(!yes("ab…bc", "abc"), "no character is counted twice");
}

#[test]
fn a_command_may_have_many_lines_and_no_output() {
    let code = "$ one\n$ two \\\n>     more\nout\n> still out\n";
    let steps = steps(&Block { info: "console".to_owned(), line: 10, code: code.to_owned() }).unwrap();
    let found: Vec<_> =
        steps.iter().map(|step| (step.line, step.command.as_str(), step.shown.len())).collect();
    assert_eq!(found, [(10, "one", 0), (11, "two \\\n    more", 2)]);
    let wrong = Block { info: "console".to_owned(), line: 1, code: "out\n".to_owned() };
    assert!(super::shown::steps(&wrong).is_err());
}
