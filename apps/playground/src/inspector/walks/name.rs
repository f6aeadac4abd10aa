//! What a walk is called: the same in every view.

use auth_core::wire::Message;

use super::super::read::{members, text};
use super::super::recorded::Recorded;
use super::super::step::{Step, is_denied, is_stopped};
use super::Walk;

impl Walk {
    /// What it came to, as far as the messages tell.
    pub(in crate::inspector) fn title(&self, recorded: &Recorded<'_>) -> &'static str {
        let callbacks = || self.messages().filter(|one| matches!(Step::of(one), Step::Callback(_)));
        if callbacks().any(|one| one.status < 400) {
            "A sign-in"
        } else if callbacks().any(is_denied) {
            "A sign-in, denied"
        } else if callbacks().any(|one| recorded.came_before(one) && recorded.began(one)) {
            "A callback, repeated"
        } else if callbacks().any(|one| recorded.began(one)) {
            "A sign-in that failed"
        } else if self.messages().any(|one| Step::of(one).begins_a_walk()) {
            "A sign-in that has begun"
        } else if callbacks().any(is_stopped) {
            "A callback that nobody asked for"
        } else if self.entries.is_empty() {
            "Nothing but waiting"
        } else if self.browser.is_none() {
            "Programs at work"
        } else {
            "A visit"
        }
    }

    /// Who signed in, by the name that was typed or that the client was told.
    pub(in crate::inspector) fn who(&self) -> Option<&str> {
        let typed = self.messages().find(|one| Step::of(one) == Step::SignIn && one.status < 400);
        let told = self.messages().find(|one| Step::of(one) == Step::Userinfo && one.status < 400);
        let typed = typed.and_then(|sign_in| text(members(&sign_in.request_body), "username"));
        typed.or_else(|| {
            let claims = members(&told?.response_body);
            text(claims, "preferred_username").or_else(|| text(claims, "name"))
        })
    }

    fn messages(&self) -> impl Iterator<Item = &Message> {
        self.entries.iter().map(|entry| &*entry.message)
    }
}
