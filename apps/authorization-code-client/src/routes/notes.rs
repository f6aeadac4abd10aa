//! `/notes`: the notes of the user, which the API keeps.

use std::sync::Arc;

use askama::Template;
use auth_core::login::LoginError;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use crate::Shared;
use crate::api::{ApiError, Note, Operation};
use crate::forms::Form;
use crate::pages::{Problem, html, site};
use crate::routes::{Visitor, see_other};
use crate::signed_in::SignedIn;

/// What the API takes, so that the form can say it first.
const MAX_CHARACTERS: usize = 2_000;

#[derive(Template)]
#[template(path = "notes.html")]
struct Notes<'a> {
    notes: &'a [Note],
    /// What was typed, when it was not accepted.
    text: &'a str,
    problem: Option<&'static str>,
    max_characters: usize,
    csrf_token: &'a str,
}

/// What ends a request to the API early.
enum Failure {
    /// The sign-in is over: there is no token, and no way to get one.
    SignedOut,
    Api(ApiError),
    Problem(Problem),
}

#[tracing::instrument(skip_all, level = "debug")]
pub(super) async fn show(State(shared): State<Arc<Shared>>, visitor: Visitor) -> Result<Response, Problem> {
    let signed_in = visitor.signed_in()?;
    page(&shared, &visitor, signed_in, StatusCode::OK, "", None).await
}

#[tracing::instrument(skip_all, level = "debug")]
pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let signed_in = visitor.signed_in()?;
    form.check(&headers, &shared.own_origin, signed_in)?;
    let text = form.0.get("text").unwrap_or_default();
    let problem = match text {
        _ if text.trim().is_empty() => "Write something first.",
        // As browsers count: a line break is one character, though a form sends two.
        _ if text.replace("\r\n", "\n").chars().count() > MAX_CHARACTERS => "This is too long for one note.",
        _ => {
            match call_api(&shared, signed_in, &Operation::Add { text: &text.replace("\r\n", "\n") }).await {
                // 303 to the list: reloading it does not send the form again.
                Ok(_) => return Ok(see_other("/notes")),
                Err(Failure::Api(ApiError::Refused)) => {
                    "This note is not accepted: there may be too many notes."
                }
                Err(failure) => return answer(&shared, &visitor, failure).await,
            }
        }
    };
    page(&shared, &visitor, signed_in, StatusCode::UNPROCESSABLE_ENTITY, text, Some(problem)).await
}

#[tracing::instrument(skip_all, level = "debug")]
pub(super) async fn delete(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let signed_in = visitor.signed_in()?;
    form.check(&headers, &shared.own_origin, signed_in)?;
    // It becomes part of a path of the API: nothing that could lead to another one.
    if id.len() > 64 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(Problem::note_gone());
    }
    match call_api(&shared, signed_in, &Operation::Delete { id: &id }).await {
        Ok(_) => Ok(see_other("/notes")),
        Err(failure) => answer(&shared, &visitor, failure).await,
    }
}

async fn page(
    shared: &Shared,
    visitor: &Visitor,
    signed_in: &SignedIn,
    status: StatusCode,
    text: &str,
    problem: Option<&'static str>,
) -> Result<Response, Problem> {
    let notes = match call_api(shared, signed_in, &Operation::List).await {
        Ok(notes) => notes,
        Err(failure) => return answer(shared, visitor, failure).await,
    };
    let csrf_token = signed_in.csrf.secret();
    let notes = Notes { notes: &notes, text, problem, max_characters: MAX_CHARACTERS, csrf_token };
    Ok(html(status, site(Some(&signed_in.user)).page("Notes", &notes)))
}

async fn answer(shared: &Shared, visitor: &Visitor, failure: Failure) -> Result<Response, Problem> {
    match failure {
        Failure::SignedOut => Ok(shared.sign_in_again(visitor).await),
        Failure::Problem(problem) => Err(problem),
        Failure::Api(ApiError::NotAllowed) => Err(Problem::not_allowed()),
        Failure::Api(ApiError::NotFound) => Err(Problem::note_gone()),
        Failure::Api(error) => Err(Problem::of_api(error.gateway_status(), &error.to_string())),
    }
}

// ANCHOR: call_api
/// Calls the API with a token that is fresh. If the API does not accept it, it may have been
/// revoked, or the app's clock be wrong: it is renewed once, and then the sign-in is over.
async fn call_api(
    shared: &Shared,
    signed_in: &SignedIn,
    operation: &Operation<'_>,
) -> Result<Vec<Note>, Failure> {
    let login = shared.provider.login().await?;
    let mut rejected = None;
    for _ in 0..2 {
        let tokens = signed_in.fresh_tokens(&login, shared.clock.now(), rejected.as_ref()).await?;
        match shared.api.call(tokens.access_token(), operation).await {
            Err(ApiError::TokenRejected) => rejected = Some(tokens),
            Err(error) => return Err(Failure::Api(error)),
            Ok(notes) => return Ok(notes),
        }
    }
    Err(Failure::SignedOut)
}
// ANCHOR_END: call_api

impl From<LoginError> for Failure {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::RefreshRefused => Self::SignedOut,
            other => Self::Problem(other.into()),
        }
    }
}
