//! Every citation of a specification in this repository names a section that exists, and every link
//! goes where its text says. `docs/rfc-sections.toml` is the list of what exists.

mod links;
mod list;
mod scan;
mod sources;

use list::List;
use sources::Source;

/// Fewer would mean that the reader of the files has gone blind: there were twice as many.
const AT_LEAST: usize = 300;

/// What is wrong in one file, each with `file:line`.
fn wrong_in(list: &List, source: &Source) -> (usize, Vec<String>) {
    let citations = scan::scan(list, source.flat(), None);
    let links = links::check(list, source.flat());
    let wrong = citations.wrong.iter().chain(&links);
    let wrong = wrong.map(|w| format!("{}:{}: {}", source.path, source.line(w.at), w.what)).collect();
    (citations.found.len(), wrong)
}

#[test]
fn every_citation_names_a_section_that_exists() {
    let list = List::read();
    let (mut count, mut wrong) = (0, Vec::new());
    for source in sources::all() {
        let (found, faults) = wrong_in(&list, &source);
        count += found;
        wrong.extend(faults);
    }
    assert!(
        wrong.is_empty(),
        "{} wrong citations (docs/rfc-sections.toml says how to add a section):\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count > AT_LEAST, "only {count} citations were found: is the repository read at all?");
}

fn faults(text: &str) -> Vec<String> {
    wrong_in(&List::read(), &Source::new("text".to_owned(), text)).1
}

#[track_caller]
fn assert_right(text: &str) {
    assert_eq!(faults(text), Vec::<String>::new(), "{text}");
}

#[track_caller]
fn assert_wrong(text: &str, line: usize, what: &str) {
    let faults = faults(text);
    assert_eq!(faults.len(), 1, "{text}: {faults:?}");
    assert!(
        faults[0].starts_with(&format!("text:{line}: ")) && faults[0].contains(what),
        "{text}: {faults:?}"
    );
}

#[test]
fn the_forms_in_which_citations_are_written_are_all_read() {
    for right in [
        "RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1",
        "//! RFC 7009\n//! §2.1, and for a form appendix B of RFC 6749; RFC 8037 §2 and appendix A.3",
        "/// OpenID\n/// Connect Core 1.0 §3.1.2.1.",
        "RFC 6750 §3 / RFC 9110 §11.6.1; the OAuth 2.1 draft §7.5.3; RFC 6265bis §4.1.3.2; SEC 1 §2.3.3",
        "RFC 9068 §4's list, RFC 6749 and 7636, and §4.6 of the latter",
        "rfc(6749, \"4.1.2\"), oidc(\"3.1.2.1\"), cookies(\"4.1.3.2\"), cookies(\"session\")",
        "text.split('§'), format!(\"RFC {number} §{section}\"), CompliantRFC9700, RULE_RFC9700",
    ] {
        assert_right(right);
    }
    for (wrong, line, what) in [
        ("one\n// RFC 6749 §4.1.99: no such section", 2, "RFC 6749 has no §4.1.99"),
        ("RFC 6749 §4.1.2.1, §5.9", 1, "RFC 6749 has no §5.9"),
        ("// RFC 6749\n// §4.1.99", 2, "RFC 6749 has no §4.1.99"),
        ("RFC 6749 (§4.1.2). A sentence.\nAnother one (§9.9).", 2, "RFC 6749 has no §9.9"),
        ("RFC 6749 appendix Z", 1, "RFC 6749 has no appendix Z"),
        ("OpenID Connect Core §3.1.2.9", 1, "OpenID Connect Core has no §3.1.2.9"),
        ("RFC 9999 §1", 1, "RFC 9999 is not listed"),
        ("RFC 6749 and 9999", 1, "RFC 9999 is not listed"),
        ("§4.1 of what?", 1, "names no specification"),
        ("RFC 6749 §2; FIPS 186-5 §6", 1, "“186-5” is not listed"),
        ("RFC 6749, section 4.1.2", 1, "written with §"),
        ("section 4.1.2 of RFC 6749", 1, "written with §"),
        ("RFC6749: codes", 1, "with a space"),
        ("RFC 6749 §", 1, "without a number"),
        ("rfc(6749, \"4.1.99\")", 1, "RFC 6749 has no §4.1.99"),
        ("rfc(9999, \"1\")", 1, "RFC 9999 is not listed"),
        ("oidc(\"3.1.2.9\")", 1, "OpenID Connect Core has no §3.1.2.9"),
    ] {
        assert_wrong(wrong, line, what);
    }
}

#[test]
fn a_link_goes_to_the_section_that_its_text_names() {
    for right in [
        "[RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)",
        "[RFC 6749](https://www.rfc-editor.org/rfc/rfc6749), [§4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)",
        "[the code](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)",
        "text = \"RFC 6749 appendix B\"\nurl = \"https://www.rfc-editor.org/rfc/rfc6749#appendix-B\"",
        "<a href=\"https://www.rfc-editor.org/rfc/rfc9700#section-2.1\">RFC 9700 §2.1</a>",
        "[OpenID Connect Core §3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)",
    ] {
        assert_right(right);
    }
    for (wrong, line, what) in [
        ("x\n[y](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.99)", 2, "RFC 6749 has no §4.1.99"),
        ("[y](https://www.rfc-editor.org/rfc/rfc9999)", 1, "RFC 9999 is not listed"),
        ("[y](https://www.rfc-editor.org/rfc/rfc6749#page-3)", 1, "#page-3"),
        ("[y](https://datatracker.ietf.org/doc/html/rfc6749)", 1, "rfc-editor.org"),
        ("[RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)", 1, "RFC 6749 §4.1.3"),
        ("[RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749)", 1, "RFC 6749"),
        ("[RFC 6749](https://www.rfc-editor.org/rfc/rfc6750)", 1, "RFC 6750"),
        (
            "text = \"RFC 7009 §2\"\nurl = \"https://www.rfc-editor.org/rfc/rfc7009#section-2.1\"",
            2,
            "RFC 7009 §2.1",
        ),
        (
            "[OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)",
            1,
            "§5.3",
        ),
        (
            "<a href=\"https://www.rfc-editor.org/rfc/rfc9700#section-2.1\">RFC 9700 §2.2</a>",
            1,
            "RFC 9700 §2.1",
        ),
    ] {
        assert_wrong(wrong, line, what);
    }
}
