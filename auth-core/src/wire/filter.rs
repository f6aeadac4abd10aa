//! The last thing that every text of a message passes before it leaves the party, whatever said that it is public.
//! Secrets come in places where nobody looks for one: `/callback;code=…`, a name of a header field, a description
//! that repeats what was sent.

mod message;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::random::looks_random;

const LONGEST_TEXT: usize = 1_000;
/// What separates parameters from an address (RFC 3986 §3.4, §3.5), or is taken for it by some server.
const MARKS: [char; 5] = ['?', '#', ';', '&', '='];
/// The same, percent-encoded.
const ENCODED_MARKS: [&str; 5] = ["3f", "23", "3b", "26", "3d"];

/// Whether long random runs may be seen: only under names whose values are random and public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    Cut,
    Shown,
}

/// A text, without what may be a secret in it.
pub(super) fn text(text: &str, runs: Runs) -> String {
    // No more than anybody reads.
    let end = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(at, _)| at);
    let shown = pieces(&text[..end], is_of_word, |piece| word(piece, runs));
    let shown: String = shown.chars().flat_map(visible).collect();
    shown + if end < text.len() { "…" } else { "" }
}

/// A path or the base of a URL, without what some servers take for parameters in it.
pub(super) fn address(address: &str, runs: Runs) -> String {
    let end = parameters(address, true);
    text(end.map_or(address, |end| &address[..end]), runs) + if end.is_some() { "…" } else { "" }
}

/// Whether a text is nothing but an address.
fn is_address(text: &str) -> bool {
    let of_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let absolute = text.split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(of_scheme));
    (absolute || text.starts_with('/')) && !text.contains(char::is_whitespace)
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&*+;=%".contains(c)
}

/// What has no width, or turns the direction of what follows, is named instead.
fn visible(c: char) -> impl Iterator<Item = char> {
    let name = if c.is_control() || is_format(c) { format!("U+{:04X}", u32::from(c)) } else { c.to_string() };
    name.chars().collect::<Vec<_>>().into_iter()
}

/// Unicode's general category Cf, and the two separators of lines and paragraphs.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

/// What stands between two spaces, quotation marks or the like.
fn word(word: &str, runs: Runs) -> String {
    let scheme = word.find("://");
    // Whoever sees `user:password@host`, or the same in a URL, must not see what is before the @.
    let user = word.rfind('@').filter(|at| word.find(':').is_some_and(|colon| colon < *at));
    if let Some(at) = user {
        let scheme = scheme.filter(|scheme| *scheme < at).map_or("", |scheme| &word[..scheme + 3]);
        return format!("{}…{}", self::word(scheme, runs), self::word(&word[at..], runs));
    }
    let is_address = scheme.is_some() || word.starts_with('/') || word.starts_with('@');
    let end = parameters(word, is_address);
    let shown = without_runs(&without_tokens(end.map_or(word, |end| &word[..end])), runs);
    shown + if end.is_some() { "…" } else { "" }
}

/// Where the parameters of an address begin; of another word, those that are encoded or begin with an &.
fn parameters(word: &str, is_address: bool) -> Option<usize> {
    let is_mark = |(at, c): &(usize, char)| match c {
        // A semicolon may end a list's item as well.
        _ if at + 1 == word.len() => false,
        '%' => is_encoded_mark(&word[at + 1..]),
        '&' => is_address || word[*at..].contains('='),
        c => is_address && MARKS.contains(c),
    };
    word.char_indices().find(is_mark).map(|(at, _)| at)
}

/// Encoded once (`3F`), or again and again (`253F`).
fn is_encoded_mark(mut after_percent: &str) -> bool {
    while let Some(rest) = after_percent.strip_prefix("25") {
        after_percent = rest;
    }
    after_percent
        .get(..2)
        .is_some_and(|code| ENCODED_MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(code)))
}

/// Cuts what looks like a token in JOSE's compact form, with three parts or five, or what is left of one.
fn without_tokens(word: &str) -> String {
    pieces(
        word,
        |c| c.is_ascii_alphanumeric() || "-_.".contains(c),
        |run| match token(run) {
            Some(at) => format!("{}…", &run[..at]),
            None => run.to_owned(),
        },
    )
}

/// Where a token begins: its first part is the header, a JSON object (RFC 7515 §3.1, RFC 7516 §3.1).
fn token(run: &str) -> Option<usize> {
    let mut at = 0;
    while let Some((part, _)) = run[at..].split_once('.') {
        // What begins with `{"` reads so in base64url.
        if let Some(inside) = part.find("eyJ") {
            return Some(at + inside);
        }
        let json = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
        if json.len() >= 8 && json.trim_ascii_start().starts_with(b"{") {
            return Some(at);
        }
        at += part.len() + 1;
    }
    None
}

fn without_runs(word: &str, runs: Runs) -> String {
    if runs == Runs::Shown {
        return word.to_owned();
    }
    pieces(
        word,
        |c| c.is_ascii_alphanumeric() || "-_~+%".contains(c),
        |run| {
            if looks_random(run) { "…".to_owned() } else { run.to_owned() }
        },
    )
}

/// Has `change` see each of the longest pieces of such characters; everything else stays.
fn pieces(text: &str, belongs: fn(char) -> bool, change: impl Fn(&str) -> String) -> String {
    let mut changed = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.find(|c| !belongs(c)).unwrap_or(rest.len()));
        if !piece.is_empty() {
            changed.push_str(&change(piece));
        }
        let between = after.find(belongs).unwrap_or(after.len());
        changed.push_str(&after[..between]);
        rest = &after[between..];
    }
    changed
}
