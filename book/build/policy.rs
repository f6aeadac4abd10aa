//! What a page has inline, as hashes for its Content Security Policy ([CSP Level 3 §2.3.1]
//! (https://www.w3.org/TR/CSP3/#grammardef-hash-source)): nothing else inline may run.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// The hashes of a page's inline scripts and `style` attributes.
#[derive(Debug, Default)]
pub(crate) struct Inline {
    pub(crate) scripts: BTreeSet<String>,
    pub(crate) styles: BTreeSet<String>,
}

impl Inline {
    /// # Errors
    /// When the page has what no hash can allow: an event handler, a `<style>` element.
    pub(crate) fn of(html: &str) -> Result<Inline, String> {
        let mut inline = Inline::default();
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            rest = &rest[at..];
            if rest.starts_with("<!--") {
                rest = rest.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let (tag, after) = split_tag(rest);
            rest = after;
            for (name, value) in attributes(tag) {
                if name == "style" {
                    if value.contains('&') {
                        return Err(format!("a style attribute with an entity: {tag}"));
                    }
                    inline.styles.insert(hash(value));
                } else if name.starts_with("on") {
                    return Err(format!("an inline event handler: {tag}"));
                }
            }
            if tag.starts_with("<style") {
                return Err("a <style> element".to_owned());
            }
            if tag.starts_with("<script") {
                let (script, after) = rest.split_once("</script>").unwrap_or((rest, ""));
                if !attributes(tag).any(|(name, _)| name == "src") {
                    inline.scripts.insert(hash(script));
                }
                rest = after;
            }
        }
        Ok(inline)
    }
}

/// The styles that a script of mdBook sets as an attribute; those count as inline too.
pub(crate) fn styles_set_by(script: &str) -> BTreeSet<String> {
    let calls = script.split("setAttribute('style', '").skip(1);
    calls.filter_map(|after| after.split_once('\'')).map(|(style, _)| hash(style)).collect()
}

fn hash(inline: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(inline.as_bytes())))
}

/// A tag up to its `>`, which may stand in a quoted value as well, and what follows it.
fn split_tag(html: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match (quote, c) {
            (None, '>') => return html.split_at(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    (html, "")
}

fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = tag.split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c == '>' || c.is_whitespace())?;
        let (name, after) = rest.split_at(end);
        rest = after;
        let value = match after.strip_prefix('=') {
            None => {
                rest = rest.strip_prefix('>').unwrap_or(rest);
                ""
            }
            Some(after) => match after.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let (value, after) = after[1..].split_once(quote).unwrap_or((&after[1..], ""));
                    rest = after;
                    value
                }
                _ => {
                    let end = after.find(|c: char| c == '>' || c.is_whitespace()).unwrap_or(after.len());
                    rest = &after[end..];
                    &after[..end]
                }
            },
        };
        Some((name, value))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_inline_script_and_style_is_found() {
        let html = "<!-- <script>no</script> --><p title='a > b' style=\"clear: both\">style=\"x\"</p>\
                    <script src=x.js></script><script>\n one < two \n</script>";
        let inline = Inline::of(html).unwrap();
        assert_eq!(inline.scripts, BTreeSet::from([hash("\n one < two \n")]));
        assert_eq!(inline.styles, BTreeSet::from([hash("clear: both")]));
        // The example that the specification itself gives.
        assert_eq!(hash("doSubmit()"), "sha256-jzgBGA4UWFFmpOBq0JpdsySukE1FrEN5bUpoK8Z29fY=");
    }

    #[test]
    fn what_no_hash_can_allow_is_an_error() {
        for html in
            ["<a onclick=\"go()\">", "<body onload=go()>", "<style>a{}</style>", "<p style=\"a:&quot;b\">"]
        {
            assert!(Inline::of(html).is_err(), "{html}");
        }
    }

    #[test]
    fn a_style_that_a_script_sets_counts_too() {
        let styles = styles_set_by("x.setAttribute('style', 'opacity: 0;'); x.setAttribute('id', 'y');");
        assert_eq!(styles, BTreeSet::from([hash("opacity: 0;")]));
    }
}
