//! Making accounts, and looking after them as an administrator.

use auth_core::{peer::throttle_key, scope::Scopes};
use axum::{
    Json,
    extract::{FromRequestParts, Path, RawQuery, State},
    http::{StatusCode, request::Parts},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::me::UserView;
use crate::{
    account::{self, USER_SCOPES},
    current_user::{Admin, CurrentUser},
    error::{ApiError, ErrorBody, FieldErrorBody},
    fields::Fields,
    models::user::{AccountChange, NewUser, User},
    openapi::NeedsToken,
    state::{AppState, Peer},
};

/// Users on one page of the list.
const PAGE: usize = 100;

/// A registration.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the body; `Fields` reads it")]
pub(crate) struct Registration {
    /// 3 to 32 of a-z, 0-9, '.', '_' and '-'.
    #[schema(min_length = 3, max_length = 32, pattern = "^[a-zA-Z0-9._-]*$")]
    username: String,
    #[schema(min_length = 8, max_length = 128, format = Password)]
    password: String,
    #[schema(max_length = 254, format = "email")]
    email: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    full_name: Option<String>,
}

/// Make an account. Anybody may, unless registration is closed: then administrators only.
#[utoipa::path(
    post, path = "/users", tag = "users",
    security((), ("password" = ["admin"])),
    request_body = Registration,
    responses(
        (status = 201, description = "Made", body = UserView),
        (status = 409, description = "The username is taken", body = ErrorBody),
        (status = 415, description = "Not JSON", body = ErrorBody),
        (status = 422, description = "A field is wrong", body = FieldErrorBody),
        (status = 429, description = "Too many attempts", body = ErrorBody),
        NeedsToken,
    ),
)]
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn register(
    State(app): State<AppState>,
    caller: Option<CurrentUser>,
    Peer(peer): Peer,
    mut fields: Fields,
) -> Result<(StatusCode, Json<UserView>), ApiError> {
    let is_admin = caller.is_some_and(|caller| caller.may("admin"));
    if !app.open_registration && !is_admin {
        return Err(ApiError::refused(
            StatusCode::FORBIDDEN,
            "access_denied",
            "registration is closed; ask an administrator for an account",
        ));
    }
    // ANCHOR: fields
    let username = fields.required("username", account::username);
    let password = fields.required("password", account::password);
    let email = fields.nullable("email", account::email).flatten();
    let full_name = fields.nullable("full_name", account::full_name).flatten();
    let (username, password) = fields.finish(username.zip(password))?;
    // ANCHOR_END: fields

    app.registrations.check(&throttle_key(peer))?;
    let password_hash = app.passwords.hash(&password).await?;
    let scopes = Scopes::parse(USER_SCOPES).unwrap_or_default();
    let (new, now) = (NewUser { username, email, full_name, password_hash, scopes }, app.clock.now());
    match app.database.run(move |db| User::create(db, new, now)).await? {
        Some(user) => Ok((StatusCode::CREATED, Json(user.into()))),
        None => Err(ApiError::refused(
            StatusCode::CONFLICT,
            "username_taken",
            "this username is taken; choose another",
        )),
    }
}

/// A user as an administrator sees them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Account {
    /// The `sub` of the user's tokens.
    id: String,
    #[serde(flatten)]
    user: UserView,
    /// The widest scope that the user's tokens may have.
    scope: String,
    /// Seconds since 1970, UTC.
    created_at: i64,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self {
            id: user.id.clone(),
            scope: user.scopes.clone(),
            created_at: user.created_at,
            user: user.into(),
        }
    }
}

/// One page of all users.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page {
    users: Vec<Account>,
    /// The `after` of the next page; `null` on the last one.
    #[schema(required)]
    next: Option<String>,
}

/// Where a page begins.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes the query")]
pub(crate) struct PageQuery {
    /// The users whose names come after this one; from the beginning if left out.
    after: Option<String>,
}

/// Extractor: the id in a path. What is no id is nobody's, before any database sees it.
pub(crate) struct UserId(String);

impl<S: Send + Sync> FromRequestParts<S> for UserId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| ApiError::not_found())?;
        let id = Uuid::parse_str(&id).map_err(|_| ApiError::not_found())?;
        Ok(Self(id.to_string()))
    }
}

/// All users, by name, a hundred on a page.
#[utoipa::path(
    get, path = "/admin/users", tag = "admin",
    security(("password" = ["admin"])),
    params(PageQuery),
    responses((status = 200, description = "Users", body = Page), NeedsToken),
)]
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn list_users(
    State(app): State<AppState>,
    _: CurrentUser<Admin>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page>, ApiError> {
    let query = auth_core::params::Params::parse(query.unwrap_or_default().as_bytes())?;
    let after = query.get("after").unwrap_or_default().to_owned();
    // One more than a page has shows whether there is a next one.
    let mut users = app.database.run(move |db| User::page(db, &after, PAGE as i64 + 1)).await?;
    let is_last = users.len() <= PAGE;
    users.truncate(PAGE);
    let next = users.last().filter(|_| !is_last).map(|user| user.username.clone());
    Ok(Json(Page { users: users.into_iter().map(Account::from).collect(), next }))
}

/// One user.
#[utoipa::path(
    get, path = "/admin/users/{id}", tag = "admin",
    security(("password" = ["admin"])),
    params(("id" = String, Path, format = "uuid", description = "The user's id")),
    responses(
        (status = 200, description = "The user", body = Account),
        (status = 404, description = "No such user", body = ErrorBody),
        NeedsToken,
    ),
)]
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn read_user(
    State(app): State<AppState>,
    _: CurrentUser<Admin>,
    UserId(id): UserId,
) -> Result<Json<Account>, ApiError> {
    let user = app.database.run(move |db| User::by_id(db, &id)).await?;
    user.map(|user| Json(user.into())).ok_or_else(ApiError::not_found)
}

/// A change of an account: what is left out stays.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the body; `Fields` reads it")]
pub(crate) struct AccountPatch {
    /// A user who is disabled gets 403 whatever they ask for, until they are enabled again.
    #[schema(nullable = false)]
    disabled: Option<bool>,
    /// Some of `me`, `items` and `admin`, separated by spaces. What is taken away, existing
    /// tokens lose, too.
    #[schema(nullable = false, pattern = "^((me|items|admin)( (me|items|admin))*)?$", example = "me items")]
    scope: Option<String>,
}

/// Disable or enable a user, or change what they may do.
#[utoipa::path(
    patch, path = "/admin/users/{id}", tag = "admin",
    security(("password" = ["admin"])),
    params(("id" = String, Path, format = "uuid", description = "The user's id")),
    request_body = AccountPatch,
    responses(
        (status = 200, description = "The user, changed", body = Account),
        (status = 404, description = "No such user", body = ErrorBody),
        (status = 409, description = "It is you: let another administrator do it", body = ErrorBody),
        (status = 415, description = "Not JSON", body = ErrorBody),
        (status = 422, description = "A field is wrong", body = FieldErrorBody),
        NeedsToken,
    ),
)]
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn change_user(
    State(app): State<AppState>,
    caller: CurrentUser<Admin>,
    UserId(id): UserId,
    mut fields: Fields,
) -> Result<Json<Account>, ApiError> {
    let disabled = fields.optional_bool("disabled");
    let scopes = fields.optional("scope", account::scope);
    let (disabled, scopes) = fields.finish(Some((disabled, scopes)))?;
    not_oneself(&caller, &id)?;
    let change = AccountChange {
        active: disabled.map(|disabled| !disabled),
        scopes: scopes.map(|scopes| scopes.to_string()),
    };
    let changed = app.database.run(move |db| User::change_account(db, &id, &change)).await?;
    changed.map(|user| Json(user.into())).ok_or_else(ApiError::not_found)
}

/// Delete a user, and every login of theirs.
#[utoipa::path(
    delete, path = "/admin/users/{id}", tag = "admin",
    security(("password" = ["admin"])),
    params(("id" = String, Path, format = "uuid", description = "The user's id")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 404, description = "No such user", body = ErrorBody),
        (status = 409, description = "It is you: let another administrator do it", body = ErrorBody),
        NeedsToken,
    ),
)]
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn delete_user(
    State(app): State<AppState>,
    caller: CurrentUser<Admin>,
    UserId(id): UserId,
) -> Result<StatusCode, ApiError> {
    not_oneself(&caller, &id)?;
    if app.database.run(move |db| User::delete(db, &id)).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found())
    }
}

/// Whoever could lock themselves out would, and might have been the last administrator.
fn not_oneself(caller: &CurrentUser<Admin>, id: &str) -> Result<(), ApiError> {
    if caller.user.id == id {
        return Err(ApiError::refused(
            StatusCode::CONFLICT,
            "own_account",
            "this is your own account; let another administrator do it",
        ));
    }
    Ok(())
}
