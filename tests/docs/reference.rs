//! The reference pages are what the code says of itself, written down:
//! `UPDATE_REFERENCE=1 cargo test -p tests --test docs reference` writes them anew.

mod endpoints;
mod errors;
mod routes;
mod settings;

use std::fs;

use crate::chapters::root;

/// Compares a page of `docs/reference/` with what it should be, or writes it.
#[track_caller]
fn expect_page(name: &str, expected: &str) {
    let path = root().join("docs/reference").join(name);
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(path, expected).unwrap();
        return;
    }
    let page = fs::read_to_string(&path).unwrap();
    let line = page.lines().zip(expected.lines()).position(|(page, expected)| page != expected);
    let line = line.unwrap_or(page.lines().count().min(expected.lines().count()));
    assert!(
        page == expected,
        "docs/reference/{name}:{}: the code has changed, or the page was edited by hand.\n\
         the page: {:?}\nthe code: {:?}\n\
         UPDATE_REFERENCE=1 cargo test -p tests --test docs reference writes it anew.",
        line + 1,
        page.lines().nth(line).unwrap_or_default(),
        expected.lines().nth(line).unwrap_or_default(),
    );
}

/// A cell of a table: text, in which a bar would end the cell and an angle bracket begin a tag.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|").replace('<', "&lt;").replace('>', "&gt;")
}

/// A cell of a table: code, in which only a bar has a meaning.
fn code_cell(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}
