//! `docs/reference/errors.md`: the codes of `auth_core::error::ErrorCode`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use auth_core::error::{ErrorCode, OAuthError};

use super::{cell, expect_page};
use crate::chapters::root;

const SOURCE: &str = "auth-core/src/error/code.rs";

const INTRODUCTION: &str = "# Errors

A client's mistake is answered with the code of the specification and an `error_description` that says what to do. Ours
is answered with a 500 and an id that stands in the log, and never with a reason. These are all the codes that a party
of this workspace sends; the page is made from `auth-core/src/error/code.rs`, and a test compares the two.

The status is that of the token, revocation and introspection endpoints ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
An API sends its codes in a `WWW-Authenticate` challenge, with 400 for `invalid_request`, 401 for `invalid_token` and 403
for `insufficient_scope` ([RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)). The authorization endpoint sends them
through the browser, as parameters of a redirect, and that has no status of its own
([RFC 6749 §4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
";

/// Which codes belong to the token endpoint and its like: those have a status.
fn has_status(specification: &str) -> bool {
    ["RFC 6749 §5.2", "RFC 7009", "RFC 8707"].iter().any(|own| specification.contains(own))
}

#[test]
fn the_page_of_errors_is_what_the_code_has() {
    let source = fs::read_to_string(root().join(SOURCE)).unwrap();
    let codes = codes(&source);
    assert!(codes.len() > 15, "only {} codes were read from {SOURCE}", codes.len());
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n| code | status | meaning | specification |\n| --- | --- | --- | --- |\n");
    for (code, doc) in codes {
        let known = ErrorCode::parse(&code).unwrap_or_else(|| panic!("{SOURCE} does not know {code}"));
        let (meaning, specification) = doc.split_once(" (").unwrap_or((&doc, ""));
        let specification = written_out(specification.trim_end_matches(['.', ')']));
        let status = OAuthError::new(known, "").status().as_u16().to_string();
        let status = if has_status(&specification) { status.as_str() } else { "" };
        let links: Vec<_> = specification.split("; ").map(link).collect();
        writeln!(page, "| `{code}` | {status} | {} | {} |", cell(meaning), links.join("<br>")).unwrap();
    }
    expect_page("errors.md", &page);
}

/// Each code and its doc comment, from the list in the source.
fn codes(source: &str) -> BTreeMap<String, String> {
    let (_, list) = source.rsplit_once("error_codes! {").expect("the list of codes");
    let (list, _) = list.split_once("\n}").expect("its end");
    let mut codes = BTreeMap::new();
    let mut doc = String::new();
    for line in list.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            doc += more;
        } else if let Some((_, code)) = line.trim_end_matches(',').split_once(" = ") {
            codes.insert(code.trim_matches('"').to_owned(), std::mem::take(&mut doc).trim().to_owned());
        }
    }
    codes
}

/// `RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1` with the name of the specification before each section.
fn written_out(citations: &str) -> String {
    let of_one = |citation: &str| {
        let (name, sections) = citation.split_once(" §").expect("a section");
        let sections: Vec<_> = sections.split(", §").map(|section| format!("{name} §{section}")).collect();
        sections.join("; ")
    };
    citations.split("; ").map(of_one).collect::<Vec<_>>().join("; ")
}

fn link(citation: &str) -> String {
    match citation.strip_prefix("RFC ").and_then(|rfc| rfc.split_once(" §")) {
        Some((number, section)) => {
            format!("[{citation}](https://www.rfc-editor.org/rfc/rfc{number}#section-{section})")
        }
        None => citation.to_owned(),
    }
}

#[test]
fn a_code_is_read_with_its_meaning_and_its_sections() {
    let source = "error_codes! {\n    /// A thing is\n    /// wrong (RFC 6749 §4.1, §5.2; RFC 6750 §3.1).\n    A = \"a_thing\",\n}\n";
    let codes = codes(source);
    assert_eq!(codes["a_thing"], "A thing is wrong (RFC 6749 §4.1, §5.2; RFC 6750 §3.1).");
    assert_eq!(
        written_out("RFC 6749 §4.1, §5.2; RFC 6750 §3.1"),
        "RFC 6749 §4.1; RFC 6749 §5.2; RFC 6750 §3.1"
    );
}
