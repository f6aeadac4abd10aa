//! The OpenAPI document at `/openapi.json`, written beside the handlers, and Swagger UI at `/docs`.

use axum::{
    Router,
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::{
    IntoResponses, Modify, OpenApi,
    openapi::security::{Flow, OAuth2, Password, Scopes, SecurityScheme},
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    account::SCOPES,
    error::ErrorBody,
    routes::{accounts, me, session, token},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "password-bearer-api",
        description = "Log in with a password, get a bearer token, use it. \
                       The FastAPI security tutorial, in Rust.",
    ),
    paths(
        token::token, session::revoke, session::logout,
        accounts::register, me::read_me, me::change_me, me::delete_me, me::change_password, me::read_items, me::read_status,
        accounts::list_users, accounts::read_user, accounts::change_user, accounts::delete_user,
    ),
    tags(
        (name = "login", description = "Tokens: getting, refreshing and ending them"),
        (name = "users", description = "One's own account"),
        (name = "admin", description = "Everybody's accounts, with the scope `admin`"),
    ),
    modifiers(&PasswordFlow),
)]
struct Document;

/// The refusals that every route with a token has in common (RFC 6750 §3.1).
#[derive(IntoResponses)]
#[allow(dead_code, reason = "describes the answers; `ApiError` gives them")]
pub(crate) enum NeedsToken {
    /// Not a request that makes sense
    #[response(status = 400)]
    Malformed(ErrorBody),
    /// No token, or one that is expired or ended
    #[response(status = 401)]
    NotAuthenticated(ErrorBody),
    /// The token lacks the scope, or the user is inactive
    #[response(status = 403)]
    Forbidden(ErrorBody),
}

// ANCHOR: password_flow
/// The security scheme `password`: FastAPI's `OAuth2PasswordBearer(tokenUrl="token", scopes={…})`.
struct PasswordFlow;

impl Modify for PasswordFlow {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let flow = Password::with_refresh_url("/token", Scopes::from_iter(SCOPES), "/token");
        let scheme = SecurityScheme::OAuth2(OAuth2::new([Flow::Password(flow)]));
        document.components.get_or_insert_default().add_security_scheme("password", scheme);
    }
}
// ANCHOR_END: password_flow

/// Swagger UI and the document that it shows; all of it comes from this binary.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let config = Config::default()
        // The tokens of a developer stay in the page's memory, not in the browser's storage.
        .persist_authorization(false)
        // No picture from a validator elsewhere.
        .validator_url("none");
    let ui = SwaggerUi::new("/docs").url("/openapi.json", Document::openapi()).config(config);
    Router::from(ui)
        .layer(SetResponseHeaderLayer::overriding(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)))
}

/// As tight as Swagger UI works under: scripts, styles and requests of this origin only. Its icons
/// are `data:` images in its stylesheet, and its bundle applies one inline style, named by its hash
/// (swagger-api/swagger-ui#10655; the browser test sees when a new version brings another one).
const POLICY: &str = "default-src 'none'; script-src 'self'; \
                      style-src 'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; \
                      img-src 'self' data:; connect-src 'self'; form-action 'none'; \
                      frame-ancestors 'none'; base-uri 'none'";
