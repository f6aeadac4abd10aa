//! The little of Markdown that the lessons use, as HTML: headings, paragraphs, lists, code, emphasis.
//! Everything is escaped first.

/// Renders a lesson's text.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut list: Option<&'static str> = None;
    let mut code: Option<String> = None;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            close(&mut out, &mut paragraph, &mut list);
            match code.take() {
                Some(block) => out.push_str(&format!("<pre><code>{block}</code></pre>\n")),
                None => code = Some(String::new()),
            }
        } else if let Some(block) = &mut code {
            block.push_str(&escape(line));
            block.push('\n');
        } else if let Some((level, heading)) = heading(line) {
            close(&mut out, &mut paragraph, &mut list);
            out.push_str(&format!("<h{level}>{}</h{level}>\n", inline(heading)));
        } else if let Some((kind, item)) = item(line) {
            if list != Some(kind) {
                close(&mut out, &mut paragraph, &mut list);
                out.push_str(&format!("<{kind}>\n"));
                list = Some(kind);
            } else {
                end_item(&mut out, &mut paragraph);
            }
            out.push_str("<li>");
            paragraph.push_str(item);
        } else if line.trim().is_empty() {
            close(&mut out, &mut paragraph, &mut list);
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    close(&mut out, &mut paragraph, &mut list);
    out
}

fn close(out: &mut String, paragraph: &mut String, list: &mut Option<&'static str>) {
    if let Some(kind) = list.take() {
        end_item(out, paragraph);
        out.push_str(&format!("</{kind}>\n"));
    } else if !paragraph.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", inline(&std::mem::take(paragraph))));
    }
}

fn end_item(out: &mut String, paragraph: &mut String) {
    out.push_str(&inline(&std::mem::take(paragraph)));
    out.push_str("</li>\n");
}

/// The page has an `<h1>` of its own, so the text begins one level lower.
fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let text = line.get(level..)?.strip_prefix(' ')?;
    (1..=4).contains(&level).then_some((level + 1, text))
}

fn item(line: &str) -> Option<(&'static str, &str)> {
    if let Some(text) = line.strip_prefix("- ") {
        return Some(("ul", text));
    }
    let (number, text) = line.split_once(". ")?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(("ol", text))
}

/// Code first, for nothing inside it is emphasis.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&format!("<code>{}</code>", escape(part)));
        } else {
            out.push_str(&pairs(&pairs(&escape(part), "**", "strong"), "*", "em"));
        }
    }
    out
}

/// `**a**` to `<strong>a</strong>`; an odd mark stays as it is.
fn pairs(text: &str, mark: &str, tag: &str) -> String {
    let parts: Vec<&str> = text.split(mark).collect();
    if parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        match index {
            0 => {}
            odd if odd % 2 == 1 => out.push_str(&format!("<{tag}>")),
            _ => out.push_str(&format!("</{tag}>")),
        }
        out.push_str(part);
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_structured() {
        let text =
            "# A <b>\n\nOne *two*\n**three** `<x>`.\n\n- a\n- b\n  more\n\n```\n<code> **x**\n```\n1. c\n";
        let expected = "<h2>A &lt;b&gt;</h2>\n<p>One <em>two</em> <strong>three</strong> <code>&lt;x&gt;</code>.</p>\n\
                        <ul>\n<li>a</li>\n<li>b more</li>\n</ul>\n<pre><code>&lt;code&gt; **x**\n</code></pre>\n<ol>\n<li>c</li>\n</ol>\n";
        assert_eq!(html(text), expected);
    }
}
