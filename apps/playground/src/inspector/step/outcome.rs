//! What came of a message, in a sentence.

use auth_core::wire::{Body, Message};

use super::super::read::{location, members, path_of, text, value};
use super::Step;

/// What the answer means.
pub(in crate::inspector) fn outcome(message: &Message, step: Step) -> String {
    if let Some(refusal) = refusal(message) {
        return refusal;
    }
    match step {
        Step::Login => {
            "To the authorization server, with a fresh state, nonce and PKCE challenge.".to_owned()
        }
        Step::Callback => "State and issuer are right, the ID token too: a new session begins.".to_owned(),
        Step::Authorize | Step::Continue | Step::SignIn | Step::Decide => on_the_way(message, step),
        Step::SignInPage => "Asks for name and password.".to_owned(),
        Step::ClientLogout => "Signed out, and the tokens revoked.".to_owned(),
        Step::Token(_) | Step::PasswordToken(_) => tokens(message),
        Step::Revoke | Step::PasswordRevoke => "It is good for nothing from now on.".to_owned(),
        Step::Introspect => introspection(message),
        Step::Userinfo => userinfo(message),
        Step::Metadata => "Where everything is.".to_owned(),
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
    match (error, description, &message.response_body) {
        (Some("access_denied"), _, _) => Some("You said no. The client is told so.".to_owned()),
        (Some(error), Some(description), _) => Some(format!("Refused with {error}: {description}.")),
        (Some(error), None, _) => Some(format!("Refused with {error}.")),
        (None, _, _) if message.status < 400 => None,
        (None, _, Body::Page { title: Some(title), .. }) => {
            // The layout puts the app's name behind it.
            let title = title.split(" · ").next().unwrap_or(title);
            Some(format!("Refused, on a page: {title}."))
        }
        (None, _, _) => Some(by_status(message)),
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
fn on_the_way(message: &Message, step: Step) -> String {
    let Some((base, query)) = location(message) else {
        return match step {
            Step::SignIn => "Wrong name or password. Which of them, it doesn't say.".to_owned(),
            _ => "Valid. The server asks for your consent.".to_owned(),
        };
    };
    let has_code = value(query, "code").is_some();
    let allowed: Vec<_> =
        members(&message.request_body).iter().filter(|field| field.name == "scope").collect();
    match (step, path_of(base)) {
        (Step::Decide, _) if has_code => {
            let allowed = match allowed.len() {
                0 => "Allowed".to_owned(),
                1 => "Allowed, with one scope ticked".to_owned(),
                many => format!("Allowed, with {many} scopes ticked"),
            };
            format!("{allowed}. A code goes back to the client.")
        }
        (_, _) if has_code => "You allowed this before: a code goes back at once.".to_owned(),
        (Step::SignIn, _) => "Right. A new session begins, and the request goes on.".to_owned(),
        (_, "/accounts/login") => "Valid, and kept on the server. Nobody is signed in yet.".to_owned(),
        _ => plain(message),
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
    match (&message.response_body, location(message)) {
        (_, Some((base, _))) => format!("Sends the browser to {base}."),
        (Body::Page { title: Some(title), .. }, _) => {
            format!("The page \u{201c}{}\u{201d}.", title.split(" · ").next().unwrap_or(title))
        }
        _ => "Done.".to_owned(),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
