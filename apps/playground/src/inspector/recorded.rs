//! What the other messages of a view say of one. Whatever is not in them is not claimed.

use auth_core::wire::{Field, Message};

use super::read::{fingerprint, location, text, value};
use super::step::Step;

/// All messages of a view, by the time at which the requests arrived.
pub(super) struct Recorded<'a>(Vec<&'a Message>);

impl<'a> Recorded<'a> {
    pub(super) fn new(messages: impl IntoIterator<Item = &'a Message>) -> Recorded<'a> {
        Recorded(messages.into_iter().collect())
    }

    /// Whether the sign-in that this callback answers is among them: the client sent the same browser off with
    /// the same `state`.
    pub(super) fn began(&self, callback: &Message) -> bool {
        let wanted = state(&callback.query);
        wanted.is_some() && self.earlier(callback).any(|one| is_login(one) && state_of_answer(one) == wanted)
    }

    /// Whether an answer with the same `state` was there before.
    pub(super) fn came_before(&self, callback: &Message) -> bool {
        let wanted = state(&callback.query);
        let same = |one: &Message| matches!(Step::of(one), Step::Callback(_)) && state(&one.query) == wanted;
        wanted.is_some() && self.earlier(callback).any(same)
    }

    /// The scopes that were asked for in the request that is answered here.
    pub(super) fn asked_scopes(&self, answer: &Message) -> Option<&'a str> {
        let wanted = state_of_answer(answer)?;
        let mut requests = self.earlier(answer).filter(|one| Step::of(one) == Step::Authorize);
        let request = requests.find(|one| state(&one.query) == Some(wanted))?;
        text(&request.query, "scope")
    }

    /// Whether the party that answered `message` asked another one meanwhile.
    pub(super) fn asked_others(&self, message: &Message) -> bool {
        let during = message.started_us..=message.started_us.saturating_add(message.took_us);
        let is_call = |one: &&Message| {
            one.from == message.to && one.browser == message.browser && during.contains(&one.started_us)
        };
        self.0.iter().any(is_call)
    }

    /// What the same browser caused before.
    fn earlier<'b>(&'b self, message: &'b Message) -> impl Iterator<Item = &'a Message> + 'b {
        let is_earlier = |one: &&Message| {
            one.browser == message.browser && one.started_us < message.started_us && one.id != message.id
        };
        self.0.iter().copied().filter(is_earlier)
    }
}

fn is_login(message: &Message) -> bool {
    Step::of(message) == Step::Login
}

/// What tells one `state` from another. One that the client made is long and random, and always has it.
pub(super) fn state(fields: &[Field]) -> Option<&str> {
    value(fields, "state").and_then(fingerprint)
}

fn state_of_answer(message: &Message) -> Option<&str> {
    location(message).and_then(|(_, query)| state(query))
}
