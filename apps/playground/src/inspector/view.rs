//! Whose messages are shown.

use auth_core::secret::random_id;
use auth_core::wire::{self, BROWSER_COOKIE, Message};
use axum::http::{HeaderMap, HeaderValue};

/// The messages that a reader has chosen to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum View {
    /// Those that this browser caused.
    Mine(String),
    /// Those of no browser: curl, and the worker.
    Programs,
    /// All.
    Everything,
}

/// `?view=`. Anything unknown is the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Choice {
    #[default]
    Mine,
    Programs,
    Everything,
}

impl Choice {
    pub(super) const ALL: [Choice; 3] = [Choice::Mine, Choice::Programs, Choice::Everything];

    pub(super) fn parse(text: Option<&str>) -> Choice {
        let known = Choice::ALL.into_iter().find(|choice| Some(choice.as_str()) == text);
        known.unwrap_or_default()
    }

    /// As it stands in a URL.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Choice::Mine => "mine",
            Choice::Programs => "programs",
            Choice::Everything => "everything",
        }
    }

    /// As it stands on the page.
    pub(super) fn name(self) -> &'static str {
        match self {
            Choice::Mine => "Your browser",
            Choice::Programs => "Programs",
            Choice::Everything => "Everything",
        }
    }

    /// The button that clears what the view shows. Other people's messages are in all views but the first.
    pub(super) fn clearing(self) -> &'static str {
        match self {
            Choice::Mine => "Start over",
            Choice::Programs | Choice::Everything => "Clear for everybody",
        }
    }

    pub(super) fn of(self, browser: &Browser) -> View {
        match self {
            Choice::Mine => View::Mine(browser.name.clone()),
            Choice::Programs => View::Programs,
            Choice::Everything => View::Everything,
        }
    }
}

impl View {
    pub(super) fn shows(&self, message: &Message) -> bool {
        match self {
            View::Mine(name) => message.browser.as_ref() == Some(name),
            View::Programs => message.browser.is_none(),
            View::Everything => true,
        }
    }
}

/// The reader's browser, by the cookie that all parties on this machine read.
pub(super) struct Browser {
    name: String,
    is_new: bool,
}

impl Browser {
    /// As the browser calls itself, or by a new name that it gets with the answer.
    pub(super) fn of(headers: &HeaderMap) -> Browser {
        match wire::browser(headers) {
            Some(name) => Browser { name, is_new: false },
            None => Browser { name: random_id(12), is_new: true },
        }
    }

    /// The header that gives it its name, if it has none yet. It is no secret and opens nothing: it only
    /// says which messages belong together.
    pub(super) fn cookie(&self) -> Option<HeaderValue> {
        let cookie = format!("{BROWSER_COOKIE}={}; Path=/; HttpOnly; SameSite=Lax", self.name);
        self.is_new.then(|| HeaderValue::try_from(cookie).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::http::header;

    use super::*;
    use crate::inspector::tests::walk::message;

    fn browser(cookie: &'static str) -> Browser {
        Browser::of(&HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookie))]))
    }

    #[test]
    fn a_browser_keeps_the_name_that_any_party_gave_it() {
        let named = browser("a=b; wire_browser=me; wire_browser=other");
        assert_eq!(Choice::Mine.of(&named), View::Mine("me".to_owned()));
        assert!(named.cookie().is_none());
    }

    #[test]
    fn a_browser_without_a_name_gets_one_of_its_own() {
        let (one, two) = (browser("a=b"), browser("wire_browser="));
        assert_ne!(one.name, two.name);
        let cookie = one.cookie().unwrap();
        assert_eq!(cookie, format!("wire_browser={}; Path=/; HttpOnly; SameSite=Lax", one.name));
    }

    #[test]
    fn each_view_shows_its_own() {
        let of = |browser: Option<&str>| Message { browser: browser.map(str::to_owned), ..message() };
        let mine = View::Mine("me".to_owned());
        let shown = |view: &View| [Some("me"), Some("you"), None].map(|browser| view.shows(&of(browser)));
        assert_eq!(shown(&mine), [true, false, false]);
        assert_eq!(shown(&View::Programs), [false, false, true]);
        assert_eq!(shown(&View::Everything), [true, true, true]);
    }

    #[test]
    fn an_unknown_view_is_the_readers_own() {
        assert_eq!(Choice::parse(Some("everything")), Choice::Everything);
        assert_eq!(Choice::parse(Some("nonsense")), Choice::Mine);
        assert_eq!(Choice::parse(None), Choice::Mine);
    }
}
