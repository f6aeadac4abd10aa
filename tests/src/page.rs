//! A small HTML reader, enough to do what a browser does with the project's pages: find an element
//! by its id, read its text, and fill in and send a form.

use std::collections::BTreeMap;

const VOID: [&str; 6] = ["input", "meta", "link", "br", "img", "hr"];

#[derive(Debug, Clone)]
pub struct Element {
    pub tag: String,
    pub attributes: BTreeMap<String, String>,
    /// The text inside, with runs of white space made one blank.
    pub text: String,
    form: Option<usize>,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

#[derive(Debug, Clone, Default)]
pub struct Page {
    pub elements: Vec<Element>,
}

/// A form as the page offers it: what a browser would send if nothing were touched, and its buttons.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub method: String,
    pub fields: Vec<(String, String)>,
    unchecked: Vec<(String, String)>,
    buttons: Vec<Element>,
}

impl Page {
    pub fn parse(html: &str) -> Page {
        Reader::default().read(html)
    }

    pub fn by_id(&self, id: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.attribute("id") == Some(id))
    }

    pub fn text_of(&self, id: &str) -> &str {
        &self.by_id(id).unwrap_or_else(|| panic!("the page has no element with id {id:?}")).text
    }

    pub fn all(&self, tag: &str) -> Vec<&Element> {
        self.elements.iter().filter(|element| element.tag == tag).collect()
    }

    /// All text of the page's body.
    pub fn text(&self) -> &str {
        self.elements.iter().find(|element| element.tag == "body").map_or("", |body| &body.text)
    }

    /// The page's own form, which is the first in the page.
    pub fn form(&self) -> Form {
        let index = self.elements.iter().position(|element| element.tag == "form");
        self.form_at(index.unwrap_or_else(|| panic!("the page has no form: {}", self.text())))
    }

    pub fn form_by_id(&self, id: &str) -> Form {
        let index = self
            .elements
            .iter()
            .position(|element| element.tag == "form" && element.attribute("id") == Some(id));
        self.form_at(index.unwrap_or_else(|| panic!("the page has no form {id:?}: {}", self.text())))
    }

    pub fn has_form(&self) -> bool {
        self.elements.iter().any(|element| element.tag == "form")
    }

    fn form_at(&self, index: usize) -> Form {
        let element = &self.elements[index];
        let mut form = Form {
            action: element.attribute("action").unwrap_or_default().to_owned(),
            method: element.attribute("method").unwrap_or("get").to_ascii_lowercase(),
            fields: Vec::new(),
            unchecked: Vec::new(),
            buttons: Vec::new(),
        };
        for control in self.elements.iter().filter(|element| element.form == Some(index)) {
            let kind = control.attribute("type").unwrap_or("text");
            if control.tag == "button" || (control.tag == "input" && kind == "submit") {
                form.buttons.push(control.clone());
                continue;
            }
            let Some(name) = control.attribute("name") else { continue };
            let value = match control.tag.as_str() {
                "textarea" => control.text.clone(),
                _ => control.attribute("value").unwrap_or_default().to_owned(),
            };
            let disabled = control.attributes.contains_key("disabled");
            match (control.tag.as_str(), kind) {
                ("input", _) | ("textarea", _) if disabled => {}
                ("input", "checkbox" | "radio") if !control.attributes.contains_key("checked") => {
                    form.unchecked.push((name.to_owned(), value));
                }
                ("input" | "textarea", _) => form.fields.push((name.to_owned(), value)),
                _ => {}
            }
        }
        form
    }
}

impl Form {
    /// Types into a field. The page must have it.
    pub fn set(mut self, name: &str, value: &str) -> Form {
        let field = self.fields.iter_mut().find(|(field, _)| field == name);
        field.unwrap_or_else(|| panic!("the form has no field {name:?}")).1 = value.to_owned();
        self
    }

    /// Sends a field that the page does not have, or one more of the same name, as an attacker can.
    pub fn inject(mut self, name: &str, value: &str) -> Form {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Form {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    pub fn untick(mut self, name: &str, value: &str) -> Form {
        let before = self.fields.len();
        self.fields.retain(|(field, current)| !(field == name && current == value));
        assert_ne!(before, self.fields.len(), "no ticked box {name}={value} in {:?}", self.fields);
        self
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Presses the button of that id: its name and value are sent too.
    pub fn press(mut self, id: &str) -> Form {
        let button = self.buttons.iter().find(|button| button.attribute("id") == Some(id));
        let button = button.unwrap_or_else(|| panic!("the form has no button {id:?}"));
        if let Some(name) = button.attribute("name") {
            self.fields.push((name.to_owned(), button.attribute("value").unwrap_or_default().to_owned()));
        }
        self
    }
}

#[derive(Default)]
struct Reader {
    elements: Vec<Element>,
    /// Indexes of the elements that are open.
    open: Vec<usize>,
}

impl Reader {
    fn read(mut self, html: &str) -> Page {
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            self.text(&rest[..start]);
            rest = &rest[start..];
            let end =
                if rest.starts_with("<!--") { rest.find("-->").map(|end| end + 3) } else { tag_end(rest) };
            let Some(end) = end else { break };
            self.tag(&rest[..end]);
            rest = &rest[end..];
        }
        for element in &mut self.elements {
            element.text = element.text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        Page { elements: self.elements }
    }

    fn text(&mut self, text: &str) {
        let text = unescape(text);
        for &index in &self.open {
            self.elements[index].text.push_str(&text);
        }
    }

    fn tag(&mut self, tag: &str) {
        if tag.starts_with("<!") {
            return;
        }
        if let Some(name) = tag.strip_prefix("</") {
            let name = name.trim_end_matches('>').trim().to_ascii_lowercase();
            if let Some(at) = self.open.iter().rposition(|&index| self.elements[index].tag == name) {
                self.open.truncate(at);
            }
            self.text(" ");
            return;
        }
        let inner = tag.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
        let name_end = inner.find(char::is_whitespace).unwrap_or(inner.len());
        let name = inner[..name_end].to_ascii_lowercase();
        let form = self.open.iter().rev().copied().find(|&index| self.elements[index].tag == "form");
        self.elements.push(Element {
            tag: name.clone(),
            attributes: attributes(&inner[name_end..]),
            text: String::new(),
            form,
        });
        if !VOID.contains(&name.as_str()) {
            self.open.push(self.elements.len() - 1);
        }
    }
}

/// Where the tag at the start of `html` ends; a `>` inside quotes does not end it.
fn tag_end(html: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in html.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, '>') => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn attributes(mut text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    loop {
        text = text.trim_start();
        let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
        if end == 0 {
            return found;
        }
        let name = text[..end].to_ascii_lowercase();
        text = text[end..].trim_start();
        let mut value = String::new();
        if let Some(after) = text.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| *c == '"' || *c == '\'');
            let (raw, rest) = match quote {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            value = unescape(raw);
            text = rest;
        }
        found.insert(name, value);
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(end) = rest.find(';').filter(|end| *end <= 8) else {
            plain.push('&');
            rest = &rest[1..];
            continue;
        };
        let entity = &rest[1..end];
        let decoded = match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            "middot" => Some('·'),
            "hellip" => Some('…'),
            "rsquo" => Some('’'),
            _ => entity.strip_prefix("#x").map_or_else(
                || entity.strip_prefix('#').and_then(|number| number.parse().ok()).and_then(char::from_u32),
                |hex| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32),
            ),
        };
        match decoded {
            Some(character) => plain.push(character),
            None => plain.push_str(&rest[..=end]),
        }
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::Page;

    const PAGE: &str = r#"<!doctype html><html><body><!-- <form> --><h1 id="title">A &amp; B</h1>
        <form id="f" action="/go" method="POST"><input type="hidden" name="csrf_token" value="a&quot;b">
        <label>x <input type=checkbox name=scope value="notes:read" checked></label>
        <input type="checkbox" name="scope" value="off"><textarea name="text">hi</textarea>
        <button id="ok" name="decision" value="allow">Allow &#x3c;</button></form>
        <form id="other"><input name="username" value=""></form></body></html>"#;

    #[test]
    fn a_page_is_read_as_a_browser_reads_it() {
        let page = Page::parse(PAGE);
        assert_eq!(page.text_of("title"), "A & B");
        assert_eq!(page.text_of("ok"), "Allow <");
        let form = page.form().press("ok");
        let sent: Vec<_> = form.fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(
            sent,
            [("csrf_token", "a\"b"), ("scope", "notes:read"), ("text", "hi"), ("decision", "allow")]
        );
        assert_eq!((form.action.as_str(), form.method.as_str()), ("/go", "post"));
        assert_eq!(page.form_by_id("other").field("username"), Some(""));
        assert!(page.form().untick("scope", "notes:read").field("scope").is_none());
    }
}
