//! What came of a message, in a sentence.

use auth_core::wire::{Body, Message, Value};

use super::super::party::Party;
use super::super::read::{location, members, path_of, text, value};
use super::super::recorded::Recorded;
use super::{Step, callback};

/// What the answer means.
pub(in crate::inspector) fn outcome(message: &Message, step: Step, recorded: &Recorded<'_>) -> String {
    let refused = match step {
        Step::Callback(_) => callback::refusal(message, recorded),
        Step::SignIn if is_asked_again(message) => {
            Some("Wrong name or password. No session begins.".to_owned())
        }
        _ => None,
    };
    if let Some(refusal) = refused.or_else(|| refusal(message)) {
        return refusal;
    }
    match step {
        Step::Login => {
            "To the authorization server, with a fresh state, nonce and PKCE challenge.".to_owned()
        }
        Step::Callback(_) => "State and issuer are right, the ID token too: a new session begins.".to_owned(),
        Step::Authorize | Step::Continue | Step::SignIn | Step::Decide => on_the_way(message, step, recorded),
        Step::SignInPage => "Asks for name and password.".to_owned(),
        Step::ClientLogout => "Logged out, and the tokens revoked.".to_owned(),
        Step::Token(_) | Step::PasswordToken(_) => tokens(message),
        Step::Revoke | Step::PasswordRevoke => "It is good for nothing from now on.".to_owned(),
        Step::Introspect => introspection(message),
        Step::Userinfo => userinfo(message),
        Step::Metadata => "Where everything is.".to_owned(),
        Step::Keys if Party::of(&message.from) == Party::Client => {
            "For the ID token's signature: at the first sign-in, or when the client's copy is old.".to_owned()
        }
        Step::Keys => "To check signatures with.".to_owned(),
        Step::ApiRead => match count(message) {
            0 => "The token is good. There is no note yet.".to_owned(),
            1 => "The token is good: one note.".to_owned(),
            many => format!("The token is good: {many} notes."),
        },
        Step::ApiWrite => "The token allows it: the note is kept.".to_owned(),
        Step::ApiDelete => "The token allows it: the note is gone.".to_owned(),
        Step::AddNote => "The API has it. Back to the notes.".to_owned(),
        Step::DeleteNote => "The API has forgotten it. Back to the notes.".to_owned(),
        Step::PendingReports => match count(message) {
            0 => "Nothing to do.".to_owned(),
            1 => "One note waits for its report.".to_owned(),
            many => format!("{many} notes wait for their reports."),
        },
        Step::PutReport => "The report is kept.".to_owned(),
        _ => plain(message),
    }
}

/// An error of OAuth, or any other answer that is none.
fn refusal(message: &Message) -> Option<String> {
    let body = members(&message.response_body);
    let redirect = location(message).map(|(_, query)| query).unwrap_or_default();
    let error =
        text(redirect, "error").or_else(|| (message.status >= 400).then(|| text(body, "error")).flatten());
    let description = text(redirect, "error_description").or_else(|| text(body, "error_description"));
    match (error, description) {
        (Some("access_denied"), _) => Some("You said no. The client is told so.".to_owned()),
        (Some(error), Some(description)) => Some(format!("Refused with {error}: {description}.")),
        (Some(error), None) => Some(format!("Refused with {error}.")),
        (None, _) if message.status < 400 => None,
        (None, _) => Some(match (page_title(message), message.status) {
            (Some(title), 404) => format!("{title}."),
            (Some(title), _) => format!("Refused, on a page: {title}."),
            (None, _) => by_status(message),
        }),
    }
}

/// Whether the sign-in page is the answer to a name and a password.
fn is_asked_again(message: &Message) -> bool {
    message.status == 403 && page_title(message) == Some("Sign in")
}

fn page_title(message: &Message) -> Option<&str> {
    match &message.response_body {
        // The layout puts the app's name behind it.
        Body::Page { title: Some(title), .. } => title.split(" · ").next(),
        _ => None,
    }
}

fn by_status(message: &Message) -> String {
    match message.status {
        // RFC 6750 §3.1: whoever shows no token is told nothing but that.
        401 if value(&message.request_headers, "authorization").is_none() => {
            "Refused: no token was shown.".to_owned()
        }
        401 => "Refused: the token is no good.".to_owned(),
        403 => "Refused: it is not allowed.".to_owned(),
        404 => "There is nothing at this address.".to_owned(),
        429 => "Refused: too many attempts.".to_owned(),
        status if status >= 500 => "The server could not answer.".to_owned(),
        _ => "Refused.".to_owned(),
    }
}

/// Where the browser is sent on its way through the authorization server.
fn on_the_way(message: &Message, step: Step, recorded: &Recorded<'_>) -> String {
    let Some((base, query)) = location(message) else {
        return "Valid. The server asks for your consent.".to_owned();
    };
    let has_code = value(query, "code").is_some();
    match (step, path_of(base)) {
        (Step::Decide, _) if has_code => {
            format!("{}. A code goes back to the client.", allowed(message, recorded))
        }
        (_, _) if has_code => "You allowed this before: a code goes back at once.".to_owned(),
        (Step::SignIn, _) => "Right. A new session begins, and the request goes on.".to_owned(),
        (_, "/accounts/login") => "Valid, and kept on the server. Nobody is signed in yet.".to_owned(),
        _ => plain(message),
    }
}

/// What of the scopes that were asked for was ticked. The box of `openid` is locked, and so is in no form.
fn allowed(decision: &Message, recorded: &Recorded<'_>) -> String {
    let Some(asked) = recorded.asked_scopes(decision) else { return "Allowed".to_owned() };
    let fields = members(&decision.request_body);
    let ticked = |scope: &str| {
        fields
            .iter()
            .any(|field| field.name == "scope" && matches!(&field.value, Value::Text(text) if text == scope))
    };
    let asked: Vec<_> = asked.split(' ').collect();
    let left_out: Vec<_> =
        asked.iter().copied().filter(|&scope| scope != "openid" && !ticked(scope)).collect();
    match (asked.len(), left_out.len()) {
        (1, 0) => format!("Allowed: {}", asked[0]),
        (all, 0) => format!("Allowed: all {all} scopes"),
        (all, without) => {
            format!("Allowed: {} of {all} scopes ({} left out)", all - without, left_out.join(", "))
        }
    }
}

fn tokens(message: &Message) -> String {
    let body = members(&message.response_body);
    let kinds =
        [("access_token", "access token"), ("refresh_token", "refresh token"), ("id_token", "ID token")];
    let mut given: Vec<_> = kinds
        .into_iter()
        .filter(|(name, _)| value(body, name).is_some())
        .map(|(_, kind)| kind.to_owned())
        .collect();
    let minutes = text(body, "expires_in").and_then(|seconds| seconds.parse::<u64>().ok()).map(|s| s / 60);
    if let (Some(first), Some(minutes @ 1..)) = (given.first_mut(), minutes) {
        first.push_str(&format!(" for {minutes} min"));
    }
    match given.split_last() {
        None => plain(message),
        Some((only, [])) => format!("One {only}."),
        Some((last, others)) => format!("{} and {last}.", capitalised(&others.join(", "))),
    }
}

fn introspection(message: &Message) -> String {
    let body = members(&message.response_body);
    match (text(body, "active"), text(body, "scope")) {
        (Some("true"), Some(scope)) => match scope.split(' ').count() {
            1..=2 => format!("Good, for {scope}."),
            many => format!("Good, for {many} scopes."),
        },
        (Some("true"), None) => "Good.".to_owned(),
        _ => "No good, or no longer.".to_owned(),
    }
}

fn userinfo(message: &Message) -> String {
    let body = members(&message.response_body);
    match text(body, "name").or_else(|| text(body, "preferred_username")) {
        Some(name) => format!("It is {name}."),
        None => "Who it is, and no name: the scope profile was not granted.".to_owned(),
    }
}

/// How many items an array has: its members are called `[0].id`, `[1].id`, ….
fn count(message: &Message) -> usize {
    members(&message.response_body).iter().filter(|field| field.name.ends_with("].id")).count()
}

fn plain(message: &Message) -> String {
    match (location(message), page_title(message)) {
        (Some((base, _)), _) => format!("Sends the browser to {base}."),
        (None, Some(title)) => format!("The page \u{201c}{title}\u{201d}."),
        (None, None) => "Done.".to_owned(),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
