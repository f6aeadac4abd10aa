//! The lessons' Markdown as HTML. A lesson is text: HTML in it is shown, never obeyed.

use std::borrow::Cow;

use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::cli::Side;
use crate::lessons;

/// The ports that the lessons' texts are written for.
const WRITTEN_FOR: u16 = 9400;
/// How far the hardened twin's ports are from the vulnerable twin's.
const TWINS_APART: u16 = 4;

/// Renders a text, for a console on `port`.
pub(super) fn html(text: &str, port: u16) -> String {
    html_at(text, port, Side::Vulnerable)
}

/// Renders a text whose addresses are those of this twin.
pub(super) fn html_at(text: &str, port: u16, side: Side) -> String {
    let text = with_ports(text, port, side);
    let mut out = String::new();
    html::push_html(&mut out, events(&text).into_iter());
    out
}

fn events(text: &str) -> Vec<Event<'_>> {
    let mut events = Vec::new();
    // Inside a code block: its text so far.
    let mut code: Option<String> = None;
    // Inside a link to a lesson: what comes behind it.
    let mut behind_link = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Html(raw) | Event::InlineHtml(raw) => events.push(Event::Text(raw)),
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                events.push(Event::Start(Tag::Heading { level: lower(level), id, classes, attrs }));
            }
            Event::End(TagEnd::Heading(level)) => events.push(Event::End(TagEnd::Heading(lower(level)))),
            // A wide table scrolls by itself, and the keyboard reaches what scrolls. Without the columns'
            // alignment: it would be a style attribute, which the policy forbids.
            Event::Start(Tag::Table(columns)) => {
                events.push(raw("<div class=\"table\" tabindex=\"0\">"));
                events.push(Event::Start(Tag::Table(vec![Alignment::None; columns.len()])));
            }
            Event::End(TagEnd::Table) => events.extend([Event::End(TagEnd::Table), raw("</div>")]),
            Event::Start(Tag::CodeBlock(_)) => code = Some(String::new()),
            Event::End(TagEnd::CodeBlock) => events.extend(code_block(code.take().unwrap_or_default())),
            Event::Text(text) => match &mut code {
                Some(block) => block.push_str(&text),
                None => events.push(Event::Text(text)),
            },
            Event::Code(text) => events.extend(inline_code(text)),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let (dest_url, behind) = target(dest_url);
                behind_link = behind;
                events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::End(TagEnd::Link) => {
                events.push(Event::End(TagEnd::Link));
                events.extend(behind_link.take().map(|behind| Event::Html(CowStr::from(behind))));
            }
            other => events.push(other),
        }
    }
    events
}

const fn raw(html: &'static str) -> Event<'static> {
    Event::Html(CowStr::Borrowed(html))
}

/// The page has an `<h1>` of its own, so the text begins one level lower.
const fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

/// A block that is an address of the lab, on one line or on several, can be opened.
fn code_block(block: String) -> Vec<Event<'static>> {
    let address: String = block.lines().map(str::trim).collect();
    let mut events =
        vec![raw("<pre tabindex=\"0\"><code>"), Event::Text(CowStr::from(block)), raw("</code></pre>\n")];
    if is_of_the_lab(&address) {
        let link = Tag::Link {
            link_type: pulldown_cmark::LinkType::Inline,
            dest_url: CowStr::from(address),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        };
        let text = Event::Text(CowStr::Borrowed("Open this address"));
        events.extend([raw("<p>"), Event::Start(link), text, Event::End(TagEnd::Link), raw("</p>\n")]);
    }
    events
}

fn inline_code(text: CowStr<'_>) -> Vec<Event<'_>> {
    if !is_of_the_lab(&text) {
        return vec![Event::Code(text)];
    }
    let link = Tag::Link {
        link_type: pulldown_cmark::LinkType::Inline,
        dest_url: text.clone(),
        title: CowStr::Borrowed(""),
        id: CowStr::Borrowed(""),
    };
    vec![Event::Start(link), Event::Code(text), Event::End(TagEnd::Link)]
}

/// An address of a party with its port, and nothing left to fill in.
fn is_of_the_lab(text: &str) -> bool {
    let host = text.strip_prefix("http://").and_then(|rest| rest.split(['/', '?']).next());
    host.is_some_and(|host| host.contains(".localhost:")) && !text.contains([' ', '…', '$'])
}

/// Links between the files of the lab, as links between pages of the console. Behind a link to a
/// lesson in a syllabus, the facilitator finds its script and the room's timer.
fn target(link: CowStr<'_>) -> (CowStr<'_>, Option<String>) {
    let folder = link.strip_prefix("../lessons/").and_then(|rest| rest.split('/').next());
    if let Some(lesson) = folder.and_then(lessons::find) {
        let slug = lesson.slug();
        let behind = format!(
            " <span class=\"small\">(<a href=\"/facilitator/{slug}\">script</a>, \
             <a href=\"/lessons/{slug}/timer\">timer</a>)</span>"
        );
        return (CowStr::from(format!("/lessons/{slug}")), Some(behind));
    }
    match &*link {
        "../SAFETY.md" => (CowStr::Borrowed("/safety"), None),
        _ => (link, None),
    }
}

/// The texts say 9400 to 9408. Where the console has other ports, so must they. An *address* at the vulnerable
/// twin becomes one at the twin that is chosen; a port that stands by itself is the port that is meant.
fn with_ports(text: &str, port: u16, side: Side) -> Cow<'_, str> {
    if port == WRITTEN_FOR && side == Side::Vulnerable {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (number, after) = digits.split_at(end);
        out.push_str(before);
        let of_address = before.ends_with(".localhost:");
        match number.parse::<u16>() {
            Ok(known @ 9401..=9404) if of_address && side == Side::Hardened => {
                out.push_str(&(known - WRITTEN_FOR + port + TWINS_APART).to_string());
            }
            Ok(known @ WRITTEN_FOR..=9408) => out.push_str(&(known - WRITTEN_FOR + port).to_string()),
            _ => out.push_str(number),
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_in_a_text_is_shown_and_not_obeyed() {
        let shown = html("# A <b>x</b>\n\n<script>alert(1)</script>\n\n```\n<img> **x**\n```\n", 9400);
        assert!(shown.starts_with("<h2>A &lt;b&gt;x&lt;/b&gt;</h2>"), "{shown}");
        assert!(shown.contains("&lt;script&gt;") && shown.contains("&lt;img&gt; **x**"), "{shown}");
        assert!(!shown.contains("<script") && !shown.contains("<img"), "{shown}");
    }

    #[test]
    fn addresses_of_the_lab_can_be_opened_on_the_ports_of_this_console() {
        let text = "See `http://evil.localhost:9404/log`, 29400 seconds.\n\n```\nhttp://as.localhost:9401/authorize?a=b\n  &c=d\n```\n";
        let shown = html(text, 9500);
        assert!(shown.contains("<a href=\"http://evil.localhost:9504/log\"><code>"), "{shown}");
        assert!(shown.contains("<a href=\"http://as.localhost:9501/authorize?a=b&amp;c=d\">Open"), "{shown}");
        assert!(shown.contains("29400 seconds"), "a number that only contains a port stays: {shown}");
        assert!(!html("`http://client.localhost/x` `curl http://as.localhost:9401`", 9400).contains("<a "));
    }

    #[test]
    fn addresses_are_those_of_the_chosen_twin() {
        let text = "`http://as.localhost:9401/x`, `http://api.localhost:9407/y`, on 9401 and 9405";
        let shown = html_at(text, 9400, Side::Hardened);
        assert!(shown.contains("href=\"http://as.localhost:9405/x\""), "{shown}");
        assert!(shown.contains("href=\"http://api.localhost:9407/y\""), "the hardened twin stays: {shown}");
        assert!(shown.contains("on 9401 and 9405"), "a port by itself is the one that is meant: {shown}");
        let elsewhere = html_at(text, 9500, Side::Hardened);
        assert!(
            elsewhere.contains("as.localhost:9505") && elsewhere.contains("on 9501 and 9505"),
            "{elsewhere}"
        );
        assert!(html_at(text, 9400, Side::Vulnerable).contains("http://as.localhost:9401/x"));
    }

    #[test]
    fn a_syllabus_leads_to_the_pages_of_the_console() {
        let text =
            "| a |\n| -: |\n| [Lesson 35](../lessons/35-redirect-307/README.md) |\n\n[Safety](../SAFETY.md)";
        let shown = html(text, 9400);
        for expected in [
            "href=\"/lessons/redirect-307\"",
            "href=\"/facilitator/redirect-307\"",
            "href=\"/lessons/redirect-307/timer\"",
            "href=\"/safety\"",
            "<div class=\"table\" tabindex=\"0\">",
        ] {
            assert!(shown.contains(expected), "{expected} in {shown}");
        }
        assert!(!shown.contains("style="), "the policy forbids it: {shown}");
    }
}
