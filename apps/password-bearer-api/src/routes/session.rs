//! Ending a login: `POST /logout` by its access token, `POST /revoke` by either token (RFC 7009).

use auth_core::secret::{BearerToken, RefreshToken};
use axum::{extract::State, http::StatusCode};
use utoipa::ToSchema;

use crate::{
    current_user::CurrentUser,
    error::{ApiError, ErrorBody},
    form::Form,
    models::session::Session,
    openapi::NeedsToken,
    state::AppState,
};

/// What `POST /revoke` takes, as a form (RFC 7009 §2.1).
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; `Form` reads it")]
pub(crate) struct RevocationRequest {
    /// An access token or a refresh token.
    #[schema(min_length = 1)]
    token: String,
    /// Which of them; it is found out without.
    #[schema(nullable = false)]
    token_type_hint: Option<String>,
}

/// End this login: its access tokens and its refresh token are worth nothing from now on.
#[utoipa::path(
    post, path = "/logout", tag = "login",
    security(("password" = [])),
    responses((status = 204, description = "Logged out"), NeedsToken),
)]
#[tracing::instrument(skip_all, level = "debug")]
// ANCHOR: logout
pub(crate) async fn logout(State(app): State<AppState>, caller: CurrentUser) -> Result<StatusCode, ApiError> {
    app.database.run(move |db| Session::end(db, &caller.session_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
// ANCHOR_END: logout

/// Revoke a token, and with it the login that it belongs to. Whoever has the token may.
#[utoipa::path(
    post, path = "/revoke", tag = "login",
    request_body(content = RevocationRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Revoked, or never valid: both leave nothing to revoke"),
        (status = 400, description = "Not a request that makes sense", body = ErrorBody),
    ),
)]
#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn revoke(State(app): State<AppState>, form: Form) -> Result<StatusCode, ApiError> {
    let token = form.required("token")?;
    // RFC 7009 §2.1: the hint may be wrong, so the token itself says what it is.
    if let Ok(claims) = app.access_tokens.verify(&BearerToken::new(token)) {
        app.database.run(move |db| Session::end(db, &claims.session)).await?;
    } else {
        let token = RefreshToken::new(token);
        app.database.run(move |db| Session::end_by_refresh_token(db, &token)).await?;
    }
    // RFC 7009 §2.2: 200 for a token that is not valid, too.
    Ok(StatusCode::OK)
}
