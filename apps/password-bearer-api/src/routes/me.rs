//! One's own account, and what a token opens.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    account,
    current_user::{CurrentUser, Items, Me},
    error::{ApiError, ErrorBody, FieldErrorBody},
    fields::Fields,
    models::user::{ProfileChange, User},
    openapi::NeedsToken,
    state::{AppState, Peer},
};

/// A user, as FastAPI's tutorial shows them.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserView {
    username: String,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    full_name: Option<String>,
    disabled: bool,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self { username: user.username, email: user.email, full_name: user.full_name, disabled: !user.active }
    }
}

/// Who am I?
#[utoipa::path(
    get, path = "/users/me", tag = "users",
    security(("password" = ["me"])),
    responses((status = 200, description = "You", body = UserView), NeedsToken),
)]
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: read_me
pub(crate) async fn read_me(caller: CurrentUser<Me>) -> Json<UserView> {
    Json(caller.user.into())
}
// ANCHOR_END: read_me

/// A change of one's profile: what is left out stays, `null` clears.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the body; `Fields` reads it")]
pub(crate) struct ProfilePatch {
    #[schema(max_length = 254, format = "email")]
    email: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    full_name: Option<String>,
}

/// Change my email address or my name.
#[utoipa::path(
    patch, path = "/users/me", tag = "users",
    security(("password" = ["me"])),
    request_body = ProfilePatch,
    responses(
        (status = 200, description = "You, changed", body = UserView),
        (status = 415, description = "Not JSON", body = ErrorBody),
        (status = 422, description = "A field is wrong", body = FieldErrorBody),
        NeedsToken,
    ),
)]
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn change_me(
    State(app): State<AppState>,
    caller: CurrentUser<Me>,
    mut fields: Fields,
) -> Result<Json<UserView>, ApiError> {
    let email = fields.nullable("email", account::email);
    let full_name = fields.nullable("full_name", account::full_name);
    let change = fields.finish(Some(ProfileChange { email, full_name }))?;
    let id = caller.user.id;
    let changed = app.database.run(move |db| User::change_profile(db, &id, &change)).await?;
    changed.map(|user| Json(user.into())).ok_or_else(ApiError::not_found)
}

/// A change of one's password.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the body; `Fields` reads it")]
pub(crate) struct PasswordChange {
    #[schema(format = Password)]
    current_password: String,
    #[schema(min_length = 8, max_length = 128, format = Password)]
    new_password: String,
}

/// Change my password. Every other login of mine ends; this one goes on. A wrong current password
/// is a 400.
#[utoipa::path(
    post, path = "/users/me/password", tag = "users",
    security(("password" = ["me"])),
    request_body = PasswordChange,
    responses(
        (status = 204, description = "Changed"),
        (status = 415, description = "Not JSON", body = ErrorBody),
        (status = 422, description = "A field is wrong", body = FieldErrorBody),
        (status = 429, description = "Too many attempts", body = ErrorBody),
        NeedsToken,
    ),
)]
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn change_password(
    State(app): State<AppState>,
    caller: CurrentUser<Me>,
    Peer(peer): Peer,
    mut fields: Fields,
) -> Result<StatusCode, ApiError> {
    let current = fields.required("current_password", account::any_password);
    let new = fields.required("new_password", account::password);
    let (current, new) = fields.finish(current.zip(new))?;
    // A stolen token must not be a way around the throttle on logins.
    app.logins.check(&caller.user.username, peer)?;
    let old = caller.user.password_hash;
    let changed = app.passwords.verify(&current, Some(&old)).await?.ok && {
        let hash = app.passwords.hash(&new).await?;
        let (id, kept) = (caller.user.id, caller.session_id);
        app.database.run(move |db| User::change_password(db, &id, (&old, &hash), &kept)).await?
    };
    if changed {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::refused(StatusCode::BAD_REQUEST, "wrong_password", "Incorrect password"))
    }
}

/// Delete my account, and every login with it.
#[utoipa::path(
    delete, path = "/users/me", tag = "users",
    security(("password" = ["me"])),
    responses((status = 204, description = "Deleted"), NeedsToken),
)]
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn delete_me(
    State(app): State<AppState>,
    caller: CurrentUser<Me>,
) -> Result<StatusCode, ApiError> {
    app.database.run(move |db| User::delete(db, &caller.user.id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A thing that belongs to a user.
#[derive(Serialize, ToSchema)]
pub(crate) struct Item {
    item_id: String,
    owner: String,
}

/// My items. (They are the tutorial's: every user owns one, `Foo`. Here your own data begin.)
#[utoipa::path(
    get, path = "/users/me/items", tag = "users",
    security(("password" = ["items"])),
    responses((status = 200, description = "Your items", body = [Item]), NeedsToken),
)]
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: read_items
pub(crate) async fn read_items(caller: CurrentUser<Items>) -> Json<[Item; 1]> {
    Json([Item { item_id: "Foo".to_owned(), owner: caller.user.username }])
}
// ANCHOR_END: read_items

/// What the API says to everybody who is logged in, whatever the scope.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Is my token good? Any scope will do.
#[utoipa::path(
    get, path = "/status", tag = "users",
    security(("password" = [])),
    responses((status = 200, description = "It is", body = Status), NeedsToken),
)]
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: read_status
pub(crate) async fn read_status(_: CurrentUser) -> Json<Status> {
    Json(Status { status: "ok" })
}
// ANCHOR_END: read_status
