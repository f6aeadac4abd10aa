//! `GET /profile`: who is signed in, and what they allowed.

use std::sync::Arc;

use askama::Template;
use auth_core::clock::Timestamp;
use auth_core::scope::Scopes;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::Shared;
use crate::pages::{Problem, html, site};
use crate::routes::Visitor;
use crate::signed_in::User;

/// Everything about the tokens but the tokens.
#[derive(Template)]
#[template(path = "profile.html")]
struct Profile<'a> {
    user: &'a User,
    scopes: &'a Scopes,
    expires: String,
    is_renewed: bool,
    csrf_token: &'a str,
}

#[tracing::instrument(skip_all, level = "debug")]
pub(super) async fn show(State(shared): State<Arc<Shared>>, visitor: Visitor) -> Result<Response, Problem> {
    let signed_in = visitor.signed_in()?;
    let Some(tokens) = signed_in.current_tokens().await else {
        return Ok(shared.sign_in_again(&visitor).await);
    };
    let profile = Profile {
        user: &signed_in.user,
        scopes: tokens.scopes(),
        expires: in_words(tokens.expires()),
        is_renewed: tokens.refresh_token().is_some(),
        csrf_token: signed_in.csrf.secret(),
    };
    Ok(html(StatusCode::OK, site(Some(&signed_in.user)).page("Profile", &profile)))
}

const IN_WORDS: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute]:[second] UTC");

/// An instant for people, in UTC for lack of their time zone.
fn in_words(time: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(time.unix())
        .ok()
        .and_then(|time| time.format(IN_WORDS).ok())
        .unwrap_or_else(|| "at the end of time".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_for_people() {
        assert_eq!(in_words(Timestamp::from_unix(1_300_819_380)), "22 March 2011, 18:43:00 UTC");
        assert_eq!(in_words(Timestamp::from_unix(i64::MAX)), "at the end of time");
    }
}
