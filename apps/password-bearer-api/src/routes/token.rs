//! `POST /token`: the password grant (RFC 6749 §4.3) and the refresh token (§6).
//!
//! The password grant is for programs of one's own, such as a command line: whoever lets other
//! people's programs ask for passwords teaches users to type them anywhere (RFC 9700 §2.4). For
//! those there is the authorization server.

use auth_core::{
    error::OAuthError,
    scope::Scopes,
    secret::{Password, RefreshToken},
};
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    account,
    error::{ApiError, ErrorBody},
    form::Form,
    models::{
        session::{Rotation, Session},
        user::User,
    },
    state::{AppState, Peer, Shared},
};

/// What `POST /token` takes, as a form.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; `Form` reads it")]
pub(crate) struct TokenRequest {
    /// `password`, which may be left out, or `refresh_token`.
    #[schema(nullable = false, pattern = "^(password|refresh_token)$")]
    grant_type: Option<String>,
    /// For a login.
    #[schema(nullable = false)]
    username: Option<String>,
    /// For a login.
    #[schema(nullable = false, format = Password)]
    password: Option<String>,
    /// What the token shall allow, separated by spaces; `me` if left out.
    #[schema(nullable = false)]
    scope: Option<String>,
    /// For a refresh: the token that the last answer gave. It can be used once.
    #[schema(nullable = false)]
    refresh_token: Option<String>,
}

/// RFC 6749 §5.1.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenAnswer {
    /// For the header `Authorization: Bearer …`.
    access_token: String,
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// How long the access token lives, in seconds.
    expires_in: u64,
    /// Gets the next access token, once.
    refresh_token: String,
    /// What was granted: it may be less than was asked for.
    scope: String,
}

impl IntoResponse for TokenAnswer {
    fn into_response(self) -> Response {
        // RFC 6749 §5.1 wants both headers on an answer with tokens.
        let no_store = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
        (no_store, Json(self)).into_response()
    }
}

/// Log in, or refresh a login.
#[utoipa::path(
    post, path = "/token", tag = "login",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Tokens", body = TokenAnswer),
        (status = 400, description = "Not a request that makes sense, or a refresh token that is used up", body = ErrorBody),
        (status = 401, description = "Not a user's name and password", body = ErrorBody),
        (status = 403, description = "The user is inactive", body = ErrorBody),
        (status = 429, description = "Too many attempts", body = ErrorBody),
    ),
)]
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: token
pub(crate) async fn token(
    State(app): State<AppState>,
    Peer(peer): Peer,
    form: Form,
) -> Result<TokenAnswer, ApiError> {
    match form.get("grant_type") {
        // FastAPI's form lets it be left out, although RFC 6749 §4.3.2 requires it.
        None | Some("password") => {
            let (username, password) = (form.required("username")?, form.required("password")?);
            let username = username.to_lowercase();
            app.logins.check(&username, peer)?;
            login(&app, &username, &Password::new(password), requested(&form)?).await
        }
        Some("refresh_token") => {
            let token = RefreshToken::new(form.required("refresh_token")?);
            refresh(&app, token, requested(&form)?).await
        }
        Some(_) => Err(OAuthError::unsupported_grant_type(
            "this endpoint knows the grant types password and refresh_token",
        )
        .into()),
    }
}
// ANCHOR_END: token

fn requested(form: &Form) -> Result<Option<Scopes>, ApiError> {
    form.get("scope")
        .map(|scope| {
            Scopes::parse(scope).map_err(|problem| OAuthError::invalid_scope(problem.to_string()).into())
        })
        .transpose()
}

#[tracing::instrument(skip_all, level = "debug")]
async fn login(
    app: &Shared,
    username: &str,
    password: &Password,
    requested: Option<Scopes>,
) -> Result<TokenAnswer, ApiError> {
    // ANCHOR: credentials
    let found = match account::username(username) {
        Ok(username) => app.database.run(move |db| User::by_username(db, &username)).await?,
        Err(_) => None,
    };
    // One answer in one time, whether the name or the password is wrong.
    let verification =
        app.passwords.verify(password, found.as_ref().map(|user| user.password_hash.as_str())).await?;
    let Some(user) = found.filter(|_| verification.ok) else {
        return Err(ApiError::WrongCredentials);
    };
    // ANCHOR_END: credentials
    if let Some(better) = verification.upgrade {
        let (id, old) = (user.id.clone(), user.password_hash.clone());
        app.database.run(move |db| User::upgrade_hash(db, &id, &old, &better)).await?;
    }
    if !user.active {
        return Err(ApiError::InactiveUser);
    }
    let granted = granted(requested, &user.scopes())?;
    let (id, scopes, now) = (user.id, granted.clone(), app.clock.now());
    let expires = now + app.session_lifetime;
    let (session, refresh_token) =
        app.database.run(move |db| Session::begin(db, &id, &scopes, now, expires)).await?;
    answer(app, &session, &refresh_token, &granted)
}

// ANCHOR: granted
/// Never more than the user may have. RFC 6749 §3.3: less than was asked for is fine and is said
/// in the answer; nothing of what was asked for is an error.
fn granted(requested: Option<Scopes>, allowed: &Scopes) -> Result<Scopes, ApiError> {
    let Some(requested) = requested else {
        return Ok(Scopes::parse(account::DEFAULT_SCOPE).unwrap_or_default().intersection(allowed));
    };
    let granted = requested.intersection(allowed);
    if granted.is_empty() {
        return Err(OAuthError::invalid_scope(
            "this user can be granted none of the scopes that were asked for",
        )
        .into());
    }
    Ok(granted)
}
// ANCHOR_END: granted

#[tracing::instrument(skip_all, level = "debug")]
async fn refresh(
    app: &Shared,
    token: RefreshToken,
    requested: Option<Scopes>,
) -> Result<TokenAnswer, ApiError> {
    let now = app.clock.now();
    match app.database.run(move |db| Session::rotate(db, &token, now)).await? {
        Rotation::Rotated(_, user, _) if !user.active => Err(ApiError::InactiveUser),
        Rotation::Rotated(session, user, next) => {
            // RFC 6749 §6: no more than the login was granted, nor than the user may have by now.
            let allowed = session.scopes().intersection(&user.scopes());
            let scopes = requested.map_or_else(|| allowed.clone(), |asked| asked.intersection(&allowed));
            answer(app, &session, &next, &scopes)
        }
        Rotation::Reused => {
            tracing::warn!("a refresh token came back after its use: its session was ended");
            Err(invalid_refresh_token())
        }
        Rotation::Unknown => Err(invalid_refresh_token()),
    }
}

fn invalid_refresh_token() -> ApiError {
    OAuthError::invalid_grant("the refresh token is used up, expired or revoked; log in again").into()
}

fn answer(
    app: &Shared,
    session: &Session,
    refresh_token: &RefreshToken,
    scopes: &Scopes,
) -> Result<TokenAnswer, ApiError> {
    Ok(TokenAnswer {
        access_token: app.access_tokens.sign(session, scopes)?,
        token_type: "bearer",
        expires_in: app.access_tokens.lifetime().as_secs(),
        refresh_token: refresh_token.secret().to_owned(),
        scope: scopes.to_string(),
    })
}
