//! `GET /inspector`: the diagram, and the message that is open.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::detail::{Detail, detail};
use super::diagram::{self, Diagram};
use super::fields::Reading;
use super::recorded::Recorded;
use super::view::{Browser, Choice};
use super::walks::{newest, walks};
use super::{EVENTS, Inspector, START_OVER, secrets};
use crate::assets::{INSPECTOR_SCRIPT, INSPECTOR_STYLES};
use crate::page;

/// More than this is no picture any more; older messages of the view are left out.
const MOST_SHOWN: usize = 400;

#[derive(Deserialize)]
pub(super) struct Asked {
    view: Option<String>,
    message: Option<String>,
}

#[derive(Template)]
#[template(path = "inspector.html")]
struct InspectorPage<'a> {
    tabs: Vec<Tab>,
    choice: Choice,
    client: &'a str,
    diagram: Option<Diagram>,
    left_out: usize,
    detail: Option<Detail<'a>>,
    /// Somebody asked for a message that is not here any more.
    gone: bool,
    events: String,
    /// This run of the inspector; another one remembers nothing of it.
    run: String,
    start_over: &'static str,
    stylesheet: &'static str,
    script: &'static str,
}

/// One of the views, as a link.
struct Tab {
    choice: Choice,
    name: &'static str,
    href: String,
    count: usize,
}

pub(super) async fn show(
    State(inspector): State<Inspector>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let browser = Browser::of(&headers);
    let choice = Choice::parse(asked.view.as_deref());
    let view = choice.of(&browser);
    // Before the messages: what comes in between is news to the page.
    let revision = inspector.store.revision(&view);
    let entries = inspector.store.entries(&view);
    let wanted = asked.message.as_deref();
    let open = entries.iter().find(|entry| Some(entry.message.id.as_str()) == wanted).cloned();
    let recorded = Recorded::new(entries.iter().map(|entry| &*entry.message));

    let mut walks = walks(entries.clone());
    let left_out = newest(&mut walks, MOST_SHOWN);
    let references = diagram::references(&walks, choice);
    let messages = walks.iter().flat_map(|walk| &walk.entries).map(|entry| &*entry.message);
    let occurrences = secrets::occurrences(messages);
    let detail = open.as_ref().map(|open| {
        let reading = Reading {
            started_us: open.message.started_us,
            own: references.iter().position(|reference| reference.id == open.message.id),
            references: &references,
            occurrences: &occurrences,
        };
        let close = format!("{}#m-{}", super::address(choice, None), open.message.id);
        detail(&open.message, &reading, &recorded, close)
    });
    let main = InspectorPage {
        tabs: Choice::ALL.into_iter().map(|tab| Tab::new(tab, &inspector, &browser)).collect(),
        choice,
        client: &inspector.client,
        diagram: (!walks.is_empty()).then(|| diagram::draw(&walks, &recorded, choice, wanted)),
        left_out,
        gone: wanted.is_some() && detail.is_none(),
        detail,
        run: inspector.store.run().to_owned(),
        events: format!("{EVENTS}?view={}&since={revision}", choice.as_str()),
        start_over: START_OVER,
        stylesheet: &INSPECTOR_STYLES.path,
        script: &INSPECTOR_SCRIPT.path,
    };
    let title = main.detail.as_ref().map_or("Flow inspector", Detail::title);
    let mut response = page::html(StatusCode::OK, page::site().page(title, &main));
    if let Some(cookie) = browser.cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

impl Tab {
    fn new(choice: Choice, inspector: &Inspector, browser: &Browser) -> Tab {
        let count = inspector.store.count(&choice.of(browser));
        Tab { choice, name: choice.name(), href: super::address(choice, None), count }
    }
}
