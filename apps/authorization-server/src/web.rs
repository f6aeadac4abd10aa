//! The HTTP side of the server: one file per page or endpoint, none of which decides anything
//! about OAuth. They read a request, run a decision of `oauth` or `oidc` in a transaction off the
//! async threads, and write its answer.

mod authorize;
mod body;
mod client;
mod consent;
mod home;
mod introspect;
mod json;
mod login;
mod logout;
mod metadata;
mod origin;
mod page;
mod response;
mod revoke;
mod session;
mod throttle;
mod token;
mod unrouted;
mod userinfo;

pub(crate) use self::body::FORM_LIMIT;

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::Resource;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, resource, scope};
use auth_core::headers::SecurityHeaders;
use auth_core::params::Params;
use auth_core::password::Passwords;
use auth_core::peer::TrustedProxies;
use auth_core::throttle::Throttle;

use self::page::PageError;
use self::session::{CookiePolicy, SessionCookie};
use self::throttle::ClientThrottle;
use crate::Settings;
use crate::context::Context;
use crate::db::{Database, Refused};
use crate::models::users::User;
use crate::oauth::metadata::{AUTHORIZE, INTROSPECT, JWKS, REVOKE, TOKEN, USERINFO};

/// Of one peer address: far more than the people behind one make, and a bound on what a stranger can have us
/// store.
const AUTHORIZATION_REQUESTS_PER_MINUTE: u32 = 600;

/// What the handlers share.
pub(crate) struct Web {
    db: Database,
    ctx: Context,
    passwords: Passwords,
    /// By peer address; by account it is the database that counts.
    logins: Throttle,
    logins_per_account: u32,
    clients: ClientThrottle,
    /// By peer address: each may leave a row behind, and needs no account for it.
    authorization_requests: Throttle,
    proxies: TrustedProxies,
    cookies: CookiePolicy,
    session_lifetime: Duration,
    /// The issuer's origin: what a browser sends as `Origin` with our own forms.
    origin: String,
}

impl Web {
    pub(crate) fn new(settings: &Settings, db: Database, ctx: Context) -> Self {
        const MINUTE: Duration = Duration::from_secs(60);
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let per_account = settings.login_attempts_per_minute;
        Self {
            db,
            ctx,
            passwords: Passwords::new(processors),
            // An office behind one address has several people with typing errors.
            logins: Throttle::new("sign-in by peer address", per_account.saturating_mul(5), MINUTE),
            logins_per_account: per_account,
            clients: ClientThrottle::new(settings.token_requests_per_minute),
            authorization_requests: Throttle::new(
                "authorization requests",
                AUTHORIZATION_REQUESTS_PER_MINUTE,
                MINUTE,
            ),
            proxies: settings.trusted_proxies.clone(),
            cookies: CookiePolicy::new(settings.issuer.is_https()),
            session_lifetime: settings.session_lifetime,
            origin: settings.issuer.url().origin().ascii_serialization(),
        }
    }

    /// Who is signed in, for a page that greets them.
    async fn current_user(&self, request: &HttpRequest) -> Result<Option<User>, PageError> {
        let Some(cookie) = self.cookies.read(request) else {
            return Ok(None);
        };
        let ctx = self.ctx.clone();
        let user = self.db.run(move |tx| {
            Ok::<_, Refused<PageError>>(match session::signed_in(tx, &ctx, Some(&cookie))? {
                Some(who) => User::active_by_id(tx, &who.user_id)?,
                None => None,
            })
        });
        Ok(user.await?)
    }

    /// The session in which one of our own forms was filled in: every form that changes something
    /// is checked here, by its CSRF token and by where the browser says it comes from.
    fn check_own_form(&self, request: &HttpRequest, form: &Params) -> Result<SessionCookie, PageError> {
        let cookie = self.cookies.read(request);
        let token = form.get("csrf_token").unwrap_or_default();
        cookie
            .filter(|cookie| cookie.is_csrf_token(token))
            .filter(|_| origin::is_own_form(request.headers(), &self.origin))
            .ok_or_else(PageError::foreign_form)
    }
}

/// Registers every route.
pub(crate) fn routes(config: &mut ServiceConfig, web: Data<Web>) {
    const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
    const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
    let pages = scope("")
        .wrap(from_fn(unrouted::complete))
        // For what has no policy of its own; and HSTS for everything.
        .wrap(SecurityHeaders::api().https(web.ctx.issuer.is_https()))
        .app_data(web)
        .service(resource("/").get(home::get).head(home::get))
        // ANCHOR: routes
        .service(at(AUTHORIZE).get(authorize::get).post(authorize::post))
        .service(at(authorize::CONTINUE).get(authorize::resume))
        .service(at(login::LOGIN).get(login::get).post(login::post))
        .service(at(logout::LOGOUT).get(logout::get).post(logout::post))
        .service(at(TOKEN).post(token::post))
        .service(at(REVOKE).post(revoke::post))
        .service(at(INTROSPECT).post(introspect::post))
        .service(at(USERINFO).get(userinfo::get).post(userinfo::post))
        .service(at(JWKS).get(metadata::jwks).head(metadata::jwks))
        // ANCHOR_END: routes
        .service(
            at(OPENID_CONFIGURATION).get(metadata::openid_configuration).head(metadata::openid_configuration),
        )
        .service(
            at(AUTHORIZATION_SERVER).get(metadata::authorization_server).head(metadata::authorization_server),
        )
        .service(resource(response::FORM_POST_SCRIPT).get(response::form_post_script));
    config.service(pages);
}

/// A path with and without a slash at its end: a redirect from one to the other would lose a
/// form.
fn at(path: &str) -> Resource {
    resource([path.to_owned(), format!("{path}/")])
}
